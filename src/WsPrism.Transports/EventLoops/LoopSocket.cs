using System.Buffers;

namespace WsPrism.Transports.EventLoops;

/// <summary>
/// A socket that changes hands within its loop. <see cref="Early"/> holds what came for the new owner already and is valid for the call that hands it over.
/// </summary>
internal readonly record struct LoopSocket(EventLoop Loop, Descriptor Descriptor, ulong Token, ReadOnlySequence<byte> Early);
