namespace WsPrism.Wasm.Tests.Conformance;

/// <summary>What became of one file.</summary>
/// <param name="File">Its name.</param>
/// <param name="Passed">Commands that ended as they should.</param>
/// <param name="Text">Assertions about modules in the text format, which are none of the engine's business.</param>
/// <param name="Failures">The others, with their line.</param>
internal sealed record SpecResult(string File, int Passed, int Text, IReadOnlyList<string> Failures);
