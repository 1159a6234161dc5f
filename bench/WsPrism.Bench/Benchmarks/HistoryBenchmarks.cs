using System.Text;
using BenchmarkDotNet.Attributes;
using WsPrism.Bench.Bed;
using WsPrism.Core.Delivery;
using WsPrism.Core.Rooms.History;
using WsPrism.Core.Sessions;
using WsPrism.History.Sqlite;

namespace WsPrism.Bench.Benchmarks;

/// <summary>
/// What a history costs: a message to a room of a hundred that keeps the last thousand (compare with the broadcast to a hundred), a member that comes back and is given
/// the last hundred, and a transaction of the store with a hundred messages.
/// </summary>
public class HistoryBenchmarks
{
    private const int Members = 100;
    private const int Missed = 100;

    private BenchNode _node = null!;
    private Received _append = null!;
    private Session _newcomer = null!;
    private byte[] _join = null!;
    private SqliteHistoryStore _store = null!;
    private HistoryOperation[] _operations = null!;
    private ulong _stored;
    private string _folder = null!;

    [GlobalSetup]
    public void Setup()
    {
        _node = new BenchNode();
        _append = new Received(_node.ConnectToRoom(Members, "kept:1")[0], isText: true, Messages.ChatKept);
        for (var i = 0; i < 2_000; i++)
            _append.Pass();

        _newcomer = _node.Connect("user:newcomer");
        using var page = _node.TheTenant.History.Find("kept:1")!.Read(new HistoryQuery(1, null, null, int.MaxValue, int.MaxValue));
        _join = Encoding.UTF8.GetBytes(
            $$$$"""{"svc":"room","type":"join","room":"kept:1","data":{"since":{"epoch":"{{{{EpochText.Format(page.Epoch)}}}}","offset":{{{{page.Last - Missed}}}}}}}""");

        _folder = Directory.CreateTempSubdirectory("wsprism-bench-").FullName;
        _store = SqliteHistoryStore.Open(Path.Combine(_folder, "history.db"));
        var history = new TenantHistory(_node.TheTenant, new NodeHistory(_node.Shards, TimeProvider.System)).Find("kept:2", null)!;
        var frame = OutboundFrame.Rent(FrameKind.Text, DeliveryClass.Ext, 200);
        _operations = [.. Enumerable.Range(0, Missed).Select(_ =>
        {
            var operation = HistoryOperation.Publish(history, "bench", new Protocol.Ext.OutboundEnvelope { Svc = "chat"u8, Type = "msg"u8 }, default);
            (operation.Epoch, operation.Frame) = (1, frame);
            return operation;
        })];
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
        _node.TheTenant.History.Clear(forgetsStored: false);
    }

    [Benchmark(Baseline = true)]
    public long Append() => _append.Pass();

    [Benchmark]
    public void JoinWithReplayOf100()
    {
        _newcomer.OnText([.. _join]);
        _node.Shard.RunPass();
        _newcomer.OnText([.. """{"svc":"room","type":"leave","room":"kept:1"}"""u8]);
        _node.Shard.RunPass();
    }

    [Benchmark]
    public void Store100InOneTransaction()
    {
        foreach (var operation in _operations)
            operation.Offset = ++_stored;

        _store.Write(_operations);
    }
}
