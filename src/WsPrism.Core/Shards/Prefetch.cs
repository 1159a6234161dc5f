using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace WsPrism.Core.Shards;

/// <summary>
/// Asks the processor for an object before it is needed. A broadcast walks over thousands of sessions whose state is spread over memory that the kernel's
/// sockets have meanwhile pushed out of the cache: without this most of the walk is waiting. A hint only; where there is no such instruction it does nothing.
/// </summary>
internal static unsafe class Prefetch
{
    private const int Line = 64;

    /// <summary>The first <paramref name="lines"/> cache lines of an object. The collector may move it at the same moment: then the hint was wasted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Object(object target, int lines)
    {
        if (Sse.IsSupported)
        {
            var address = Unsafe.As<object, nint>(ref target);
            for (var i = 0; i < lines; i++)
            {
                Sse.Prefetch0((void*)(address + (i * Line)));
            }
        }
    }
}
