namespace WsPrism.Core.Answers;

/// <summary>An answer is not what it should be; the message names the place. Never leaves this folder.</summary>
#pragma warning disable CA1032, CA1064 // Thrown and caught here, with a text and nothing else.
internal sealed class AnswerException(string message) : Exception(message);
#pragma warning restore CA1032, CA1064
