namespace WsPrism.Core.Delivery;

/// <summary>Which lossy states go: those past their time to live, those of a room that was left, or one key's. A value, so that asking allocates nothing.</summary>
internal readonly struct StateFilter
{
    private readonly long _nowNs;
    private readonly uint _room;
    private readonly ConflationKey _key;
    private readonly Kind _kind;

    private StateFilter(Kind kind, long nowNs = 0, uint room = 0, ConflationKey key = default) => (_kind, _nowNs, _room, _key) = (kind, nowNs, room, key);

    private enum Kind : byte
    {
        Expired,
        OfRoom,
        TickStatesOfRoom,
        OfKey,
    }

    /// <summary>What is older than its time to live.</summary>
    public static StateFilter Expired(long nowNs) => new(Kind.Expired, nowNs: nowNs);

    /// <summary>Every state of a room.</summary>
    public static StateFilter OfRoom(uint room) => new(Kind.OfRoom, room: room);

    /// <summary>The states of a room that travel in batches.</summary>
    public static StateFilter TickStatesOfRoom(uint room) => new(Kind.TickStatesOfRoom, room: room);

    /// <summary>The state of one key, alone or in a batch.</summary>
    public static StateFilter OfKey(in ConflationKey key) => new(Kind.OfKey, key: key);

    /// <summary>True where this state, which is no batch, goes.</summary>
    public bool Drops(OutboundFrame state) => _kind switch
    {
        Kind.Expired => state.ExpiresAtNs < _nowNs,
        Kind.OfRoom => state.Key.Room == _room,
        Kind.TickStatesOfRoom => state.IsTickState && state.Key.Room == _room,
        _ => state.Key == _key,
    };
}
