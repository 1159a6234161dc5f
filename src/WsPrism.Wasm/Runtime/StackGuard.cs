using System.Runtime.CompilerServices;

namespace WsPrism.Wasm.Runtime;

/// <summary>
/// Keeps compiled code from overflowing the host's stack, which nothing could catch. The runtime can say whether 128 KiB are left, and no more than that.
/// So functions with small frames ask at every sixteenth call, others at each, and in front of one whose frame may be larger than
/// <see cref="LargeFrame"/> stands another one that first walks as far down as the frame will reach, asking on the way.
/// </summary>
internal static class StackGuard
{
    /// <summary>Sixteen of these are half of what the runtime warrants.</summary>
    public const int SmallFrame = 4 * 1024;

    /// <summary>One of these fits beside fifteen small ones and leaves room for an exception to be thrown.</summary>
    public const int LargeFrame = 16 * 1024;

    private const int Step = 64 * 1024;

    /// <summary>For a function of the host's, and before each entry from it.</summary>
    public static void Check()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new WasmTrapException(WasmTrap.StackExhausted);
    }

    /// <summary>Throws unless a frame of so many bytes fits, and the usual 128 KiB after it.</summary>
    public static void Require(int bytes)
    {
        if (!TryWalk(bytes))
            throw new WasmTrapException(WasmTrap.StackExhausted);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    private static bool TryWalk(int bytes)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return false;

        if (bytes <= 0)
            return true;

        Span<byte> step = stackalloc byte[Step];
        var fits = TryWalk(bytes - Step);

        // Keeps the frame until here.
        return fits && step.Length == Step;
    }
}
