namespace WsPrism.Core.Rooms.History;

/// <summary>Where histories outlive the process. Used by one thread at a time.</summary>
internal interface IHistoryStore : IDisposable
{
    /// <summary>All rooms that are stored.</summary>
    IEnumerable<StoredRoom> Load();

    /// <summary>Does all of it, in order, or throws and has done none of it. What is done is done for good when this returns.</summary>
    void Write(IReadOnlyList<HistoryOperation> operations);
}

/// <summary>A room as it is stored: the messages up to <see cref="Head"/>, without a gap.</summary>
internal sealed record StoredRoom(string Tenant, string Room, ulong Epoch, ulong Head, IReadOnlyList<StoredMessage> Messages);

/// <summary>A message as clients got it.</summary>
internal readonly record struct StoredMessage(long AtUnixMs, byte[] Bytes);

/// <summary>A store that cannot be used; the message names its file.</summary>
internal sealed class HistoryStoreException(string message, Exception? inner = null) : Exception(message, inner);
