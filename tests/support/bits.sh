# For scripts that compare runs: bits RUN prints all of it but the clock and where its data is.
bits() {
  local file header
  for file in model.safetensors best.safetensors tokenizer.json; do sha256sum <"$1/$file"; done
  header=$(od -An -tu8 -N8 "$1/trainer.safetensors")  # what follows are the numbers of weights and optimizer
  tail -c +$((header + 9)) "$1/trainer.safetensors" | sha256sum
  grep -v '^source = ' "$1/config.toml"
  sed -E 's/"(seconds|tokens_per_second)":[^,}]*//g' "$1/metrics.jsonl"
}

# A model whose steps take milliseconds, on text.txt, which evaluates, records and saves on the way.
model=(--data text.txt --set data.tokenizer=char)
for key in model.{d_model=16,d_ff=24,max_seq_len=32} train.{batch_size=4,eval_every=6,checkpoint_every=2,record_every=5}; do
  model+=(--set "$key")
done
