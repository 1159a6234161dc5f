using System.Net;
using System.Runtime.InteropServices;

namespace WsPrism.Transports.EventLoops;

/// <summary>
/// A descriptor with one owner, the loop. Only the owner uses and closes it, so its number cannot become somebody else's while a call is under way; the
/// finalizer closes what a fault left behind. Calls answer with what they did or with the negated errno.
/// </summary>
internal sealed unsafe class Descriptor : SafeHandle
{
    public Descriptor(int number)
        : base(-1, ownsHandle: true) => SetHandle(number);

    public override bool IsInvalid => handle < 0;

    /// <summary>The number, for a system call on the owning thread.</summary>
    public int Number => (int)handle;

    /// <summary>How many descriptors this process may have; the numbers run from 0.</summary>
    public static int Limit()
    {
        var limits = stackalloc ulong[2];
        return Libc.GetResourceLimit(Libc.OpenFilesLimit, limits) == 0 ? (int)Math.Min(limits[0], int.MaxValue) : int.MaxValue;
    }

    public int Receive(Span<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            return Result(Libc.Receive(Number, first, buffer.Length, 0));
        }
    }

    public int Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            return Result(Libc.Send(Number, first, bytes.Length, Libc.NoSignal));
        }
    }

    /// <summary>Takes a waiting connection of a listening socket; null with the negated errno where there is none.</summary>
    public Descriptor? Accept(out IPEndPoint? remote, out int error)
    {
        var address = stackalloc byte[SocketAddress.MaxLength];
        var length = SocketAddress.MaxLength;
        error = Result(Libc.Accept(Number, address, &length, Libc.NonBlocking | Libc.CloseOnExec));
        if (error < 0)
        {
            remote = null;
            return null;
        }

        remote = SocketAddress.Parse(new ReadOnlySpan<byte>(address, SocketAddress.MaxLength));
        return new Descriptor(error);
    }

    /// <summary>Makes closing throw away what was not sent, and tell the peer by a reset.</summary>
    public void TryResetOnClose()
    {
        // struct linger {on, seconds}
        var linger = 1L;
        _ = Libc.SetSocketOption(Number, Libc.SocketLevel, Libc.Linger, &linger, sizeof(long));
    }

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;

    // errno is read right after the call, before anything on this thread can change it.
    private static int Result(nint result) => result >= 0 ? (int)result : -Marshal.GetLastSystemError();
}
