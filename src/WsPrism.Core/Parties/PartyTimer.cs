using WsPrism.Core.Shards;
using WsPrism.Core.Time;

namespace WsPrism.Core.Parties;

/// <summary>Wakes a party's book when something in that party is over. Owned by the thread of the party's home shard.</summary>
internal sealed class PartyTimer(PartyBook book, Party party) : TimerNode, IShardWork
{
    /// <summary>Sets itself to what is due next.</summary>
    public void Run(Shard shard)
    {
        var due = book.NextDueMs(party);
        if (due == Party.Never)
        {
            shard.Wheel.Disarm(this);
        }
        else
        {
            shard.Wheel.Arm(this, due);
        }
    }

    protected internal override void OnDue(long nowMs) => book.EndWhatIsOver(party, nowMs);
}
