// Begins the judge, and then is tinymorCheck(question, answer): true, false, or undefined where there is no such question.
globalThis.tinymorJudge = createTinymorJudge().then((judge) => {
  globalThis.tinymorCheck = (question, answer) =>
    [undefined, false, true][1 + judge.ccall('tinymor_check', 'number', ['string', 'string'], [question, answer])];
});
