using WsPrism.Core.Delivery;
using WsPrism.Core.Sessions;

namespace WsPrism.Core.Shards;

/// <summary>What is done with frames on a shard's thread. One object serves all of them, so that leaving one for a shard allocates nothing.</summary>
internal interface IFrameWork
{
    /// <summary>Takes over a reference of the frame. <paramref name="from"/> is whose it is; null where it is no session's.</summary>
    void Run(Shard shard, OutboundFrame frame, Session? from);
}
