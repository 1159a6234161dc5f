using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;
using WsPrism.Core.Time;

namespace WsPrism.Core.Market;

/// <summary>
/// One instrument at its owner: its values, the number of its last update, and which shards want the next. Its timer is armed for when it may be stale, and looks
/// then whether it is: an update only notes the time. Owned by the thread of the owning shard.
/// </summary>
internal sealed class Instrument(OwnedInstruments owner, uint key) : TimerNode
{
    public uint Key => key;

    public LastValues Values { get; } = new();

    /// <summary>True while it is counted among the tenant's instruments: while it has a value.</summary>
    public bool HasPlace { get; set; }

    /// <summary>The number of the last update. It begins anew only when nobody is left who could compare.</summary>
    public uint Seq { get; set; }

    /// <summary>Whose the last update was; null where it was the backend's, or the publisher is gone.</summary>
    public Session? Publisher { get; set; }

    public long UpdatedMs { get; set; }

    /// <summary>True where its publisher is gone or nothing has come for too long.</summary>
    public bool IsStale { get; set; }

    /// <summary>Shards with subscribers. Not changed in place: who walks it is not disturbed.</summary>
    public Shard[] Followers { get; set; } = [];

    protected internal override void OnDue(long nowMs) => owner.OnAge(this, nowMs);
}
