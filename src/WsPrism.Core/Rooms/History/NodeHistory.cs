using WsPrism.Core.Shards;

namespace WsPrism.Core.Rooms.History;

/// <summary>What the histories of all tenants share: time, shards, and what is stored in.</summary>
internal sealed class NodeHistory(Shard[] shards, TimeProvider time)
{
    private HistoryWriter? _writer;

    public Shard[] Shards => shards;

    public TimeProvider Time => time;

    /// <summary>Null until a rule needs it; then for as long as the process lives.</summary>
    public HistoryWriter? Writer
    {
        get => Volatile.Read(ref _writer);
        set => Volatile.Write(ref _writer, value);
    }
}
