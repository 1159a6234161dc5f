using WsPrism.Core.Sessions;
using WsPrism.Core.Shards;

namespace WsPrism.Bench.Bed;

/// <summary>One message that has come for a session, posted to its shard as transports do. It can be posted any number of times.</summary>
internal sealed class Received(Session session, bool isText, byte[] message) : IShardWork
{
    public void Run(Shard shard)
    {
        if (isText)
            session.OnText(message);
        else
            session.OnBinary(message);
    }

    /// <summary>Posts it and runs the pass that takes it down the whole line; answers how many frames one connection has taken in all.</summary>
    public long Pass()
    {
        session.Shard.Post(this);
        session.Shard.RunPass();
        return ((DrainingConnection)session.Connection).Taken;
    }
}
