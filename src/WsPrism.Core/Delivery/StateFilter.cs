using WsPrism.Core.Market;

namespace WsPrism.Core.Delivery;

/// <summary>Which lossy states go: those past their time to live, those of a room or of instruments that were left, one key's, or those of a sender. A value, so that asking allocates nothing.</summary>
internal readonly struct StateFilter
{
    private readonly long _nowNs;
    private readonly uint _room;
    private readonly uint _sender;
    private readonly ConflationKey _key;
    private readonly SessionMarket? _market;
    private readonly Kind _kind;

    private StateFilter(Kind kind, long nowNs = 0, uint room = 0, uint sender = 0, ConflationKey key = default, SessionMarket? market = null) =>
        (_kind, _nowNs, _room, _sender, _key, _market) = (kind, nowNs, room, sender, key, market);

    private enum Kind : byte
    {
        Expired,
        OfRoom,
        TickStatesOfRoom,
        OfSender,
        OfKey,
        OfLeftInstruments,
        OfRenewedInstruments,
    }

    /// <summary>What is older than its time to live.</summary>
    public static StateFilter Expired(long nowNs) => new(Kind.Expired, nowNs: nowNs);

    /// <summary>Every state of a room.</summary>
    public static StateFilter OfRoom(uint room) => new(Kind.OfRoom, room: room);

    /// <summary>The states of a room that travel in batches.</summary>
    public static StateFilter TickStatesOfRoom(uint room) => new(Kind.TickStatesOfRoom, room: room);

    /// <summary>The states of a sender in a room: what has KEY is not the sender's.</summary>
    public static StateFilter OfSender(uint room, uint sender) => new(Kind.OfSender, room: room, sender: sender);

    /// <summary>The state of one key, alone or in a batch.</summary>
    public static StateFilter OfKey(in ConflationKey key) => new(Kind.OfKey, key: key);

    /// <summary>The values of instruments that the session is no longer subscribed to.</summary>
    public static StateFilter OfLeftInstruments(SessionMarket market) => new(Kind.OfLeftInstruments, market: market);

    /// <summary>The values of instruments that the session is about to get anew, or in another form.</summary>
    public static StateFilter OfRenewedInstruments(SessionMarket market) => new(Kind.OfRenewedInstruments, market: market);

    /// <summary>True where this state, which is no batch, goes.</summary>
    public bool Drops(OutboundFrame state) => _kind switch
    {
        Kind.Expired => state.ExpiresAtNs < _nowNs,
        Kind.OfRoom => state.Key.Room == _room,
        Kind.TickStatesOfRoom => state.IsTickState && state.Key.Room == _room,
        Kind.OfSender => state.Key.IsOfSender && state.Key.Discriminator == _sender && state.Key.Room == _room,
        Kind.OfLeftInstruments => state.Key.IsInstrument && _market!.Find(state.Key.Discriminator) is null,
        Kind.OfRenewedInstruments => state.Key.IsInstrument && _market!.Find(state.Key.Discriminator) is { IsRenewed: true },
        _ => state.Key == _key,
    };
}
