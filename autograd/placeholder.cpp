namespace tinymor {}
