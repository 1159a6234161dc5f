namespace WsPrism.Client.Connection;

// Written by the receive loop, read by anybody.
internal sealed class ClientCounters
{
    private long _messages;
    private long _malformed;
    private long _unknownIds;
    private long _sessions;
    private long _resumes;

    public void Message() => Volatile.Write(ref _messages, _messages + 1);

    public void Malformed() => Volatile.Write(ref _malformed, _malformed + 1);

    public void UnknownId() => Volatile.Write(ref _unknownIds, _unknownIds + 1);

    public void Session() => Volatile.Write(ref _sessions, _sessions + 1);

    public void Resume() => Volatile.Write(ref _resumes, _resumes + 1);

    public ClientFigures Read(int pending) => new(
        Volatile.Read(ref _messages), Volatile.Read(ref _malformed), Volatile.Read(ref _unknownIds), Volatile.Read(ref _sessions), Volatile.Read(ref _resumes), pending);
}
