using System.Runtime.InteropServices;

namespace WsPrism.Transports.EventLoops;

/// <summary>
/// What <c>epoll_wait</c> fills in. The kernel packs <c>struct epoll_event</c> on x64 and nowhere else:
/// <code>
/// x64    [events u32][data u64]            12 bytes
/// arm64  [events u32][pad u32][data u64]   16 bytes
/// </code>
/// </summary>
internal sealed unsafe class EpollEventBuffer : IDisposable
{
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int Stride = DataOffset + 8;

    private byte* _memory;

    public EpollEventBuffer(int capacity)
    {
        Capacity = capacity;
        _memory = (byte*)NativeMemory.AllocZeroed((nuint)(capacity * Stride));
    }

    public int Capacity { get; }

    public void* Pointer => _memory;

    /// <summary>One event: what happened, and the token that was registered with the descriptor.</summary>
    public (uint Events, ulong Token) this[int index]
    {
        get
        {
            var entry = _memory + (index * Stride);
            return (*(uint*)entry, *(ulong*)(entry + DataOffset));
        }
    }

    /// <summary>Adds a descriptor to a poller or changes what it waits for; false where the system refuses.</summary>
    public static bool Control(int epoll, int operation, int descriptor, uint events, ulong token)
    {
        var entry = stackalloc byte[16];
        *(uint*)entry = events;
        *(ulong*)(entry + DataOffset) = token;
        return Libc.EpollControl(epoll, operation, descriptor, entry) == 0;
    }

    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
    }
}
