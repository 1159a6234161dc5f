using System.Runtime.InteropServices;

namespace WsPrism.Transports.EventLoops;

/// <summary>
/// The system calls of the event loop. Those that cannot block run without a GC transition: they are on the path of every message, and errno is read right
/// after them with <see cref="Marshal.GetLastSystemError"/>, before anything else can change it.
/// </summary>
internal static unsafe partial class Libc
{
    public const int EpollAdd = 1;
    public const int EpollDelete = 2;
    public const int EpollModify = 3;
    public const uint EpollIn = 0x1;
    public const uint EpollOut = 0x4;
    public const uint EpollError = 0x8;
    public const uint EpollHangUp = 0x10;
    public const uint EpollPeerDone = 0x2000;

    // Negated, as Descriptor answers them.
    public const int Interrupted = -4; // EINTR
    public const int TryAgain = -11; // EAGAIN
    public const int NoMemory = -12; // ENOMEM
    public const int TooManyFilesInSystem = -23; // ENFILE
    public const int TooManyFiles = -24; // EMFILE
    public const int Broken = -32; // EPIPE
    public const int NoBuffers = -105; // ENOBUFS

    public const int NoSignal = 0x4000; // MSG_NOSIGNAL: a broken pipe is an error, not a signal
    public const int DontWait = 0x40; // MSG_DONTWAIT
    public const int NonBlocking = 0x800; // SOCK_NONBLOCK
    public const int CloseOnExec = 0x80000; // SOCK_CLOEXEC, EPOLL_CLOEXEC, EFD_CLOEXEC

    public const int OpenFilesLimit = 7; // RLIMIT_NOFILE

    public const int SocketLevel = 1;
    public const int Linger = 13;

    public const int TcpLevel = 6;
    public const int TcpNotSentLowAt = 25;

    public const int ReadWrite = 3; // PROT_READ | PROT_WRITE
    public const int SharedPopulated = 0x8001; // MAP_SHARED | MAP_POPULATE

    // The same numbers on x64 and arm64.
    public const nint IoUringSetup = 425;
    public const nint IoUringEnter = 426;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl")]
    [SuppressGCTransition]
    public static partial int EpollControl(int epoll, int operation, int descriptor, void* epollEvent);

    /// <summary>Blocks, so the collector must be free to run meanwhile.</summary>
    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, void* events, int maxEvents, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "read")]
    [SuppressGCTransition]
    public static partial nint Read(int descriptor, void* buffer, nint length);

    [LibraryImport(Library, EntryPoint = "write")]
    [SuppressGCTransition]
    public static partial nint Write(int descriptor, void* buffer, nint length);

    [LibraryImport(Library, EntryPoint = "recv")]
    [SuppressGCTransition]
    public static partial nint Receive(int descriptor, void* buffer, nint length, int flags);

    [LibraryImport(Library, EntryPoint = "send")]
    [SuppressGCTransition]
    public static partial nint Send(int descriptor, void* buffer, nint length, int flags);

    [LibraryImport(Library, EntryPoint = "accept4")]
    [SuppressGCTransition]
    public static partial int Accept(int descriptor, void* address, int* addressLength, int flags);

    [LibraryImport(Library, EntryPoint = "setsockopt")]
    [SuppressGCTransition]
    public static partial int SetSocketOption(int descriptor, int level, int name, void* value, int length);

    /// <summary>For calls that the C library has no function for. Some run for milliseconds, so the collector must be free to run meanwhile.</summary>
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint SystemCall(nint number, nint first, nint second, nint third, nint fourth, nint fifth, nint sixth);

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    public static partial void* Map(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport(Library, EntryPoint = "munmap")]
    public static partial int Unmap(void* address, nuint length);

    /// <summary>Reads a limit as two words: the one in force and the highest that may be set.</summary>
    [LibraryImport(Library, EntryPoint = "getrlimit")]
    public static partial int GetResourceLimit(int resource, ulong* limits);

    [LibraryImport(Library, EntryPoint = "dup")]
    public static partial int Duplicate(int descriptor);

    [LibraryImport(Library, EntryPoint = "close")]
    public static partial int Close(int descriptor);
}
