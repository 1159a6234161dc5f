using System.Diagnostics.CodeAnalysis;

namespace WsPrism.Fuzz;

/// <summary>A target took an input and did not keep its promise.</summary>
internal sealed class BrokenInvariantException(string message) : Exception(message)
{
    public static void ThrowIfNot([DoesNotReturnIf(false)] bool holds, string promise)
    {
        if (!holds)
            throw new BrokenInvariantException(promise);
    }
}
