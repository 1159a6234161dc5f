namespace WsPrism.Fuzz;

/// <summary>
/// Something that takes untrusted bytes. To add one: a file in Targets, a line in <see cref="FuzzTargets"/>, and, where it needs
/// one, a project reference.
/// </summary>
internal interface IFuzzTarget
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>Inputs to start from: at least one that is accepted, so that mutation begins beyond the first check.</summary>
    IEnumerable<byte[]> Seeds { get; }

    /// <summary>Pieces of the format that flipping bits would hardly ever spell.</summary>
    IEnumerable<byte[]> Dictionary => [];

    /// <summary>
    /// Handles one input. Any exception is a finding; where a promise of the target is broken, throw
    /// <see cref="BrokenInvariantException"/>. State from one run must not reach the next.
    /// </summary>
    void Run(ReadOnlySpan<byte> input);
}
