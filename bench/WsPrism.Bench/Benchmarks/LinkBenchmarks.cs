using BenchmarkDotNet.Attributes;
using WsPrism.Backend.Link;
using WsPrism.Bench.Bed;
using WsPrism.Core.ServerApi;

namespace WsPrism.Bench.Benchmarks;

/// <summary>One publish of a backend worker, from the bytes of its message to the queue and out of a room's one member.</summary>
public class LinkBenchmarks
{
    private readonly BenchNode _node = new();
    private readonly LinkPublisher _publisher;
    private readonly byte[] _hot = Item(1, 1, "match:1"u8, [5, 1, 0, .. new byte[32]]);
    private readonly byte[] _envelope = Item(2, 1, "match:1"u8, [5, .. "trade"u8, 4, .. "tick"u8, .. "{\"price\":8,\"at\":1760000000000}"u8]);
    private readonly byte[] _toUser = Item(2, 2, "user:0"u8, [5, .. "trade"u8, 4, .. "tick"u8, .. "{\"price\":8,\"at\":1760000000000}"u8]);
    private readonly byte[] _text =
        "{\"op\":\"publish\",\"to\":{\"room\":\"match:1\"},\"message\":{\"svc\":\"trade\",\"type\":\"tick\",\"data\":{\"price\":8,\"at\":1760000000000}}}"u8.ToArray();

    public LinkBenchmarks()
    {
        _node.ConnectToRoom(1);
        _publisher = new LinkPublisher(_node.TheTenant, new ServerPublisher(_node.Shards), (_, _) => { });
    }

    [Benchmark]
    public void HotFrame() => PublishItems(_hot);

    [Benchmark]
    public void Envelope() => PublishItems(_envelope);

    [Benchmark]
    public void EnvelopeToUser() => PublishItems(_toUser);

    [Benchmark]
    public void Text()
    {
        LinkCommand.TryRead(_text, out var command);
        _publisher.Publish(command.Publish);
        _node.Shard.RunPass();
    }

    private void PublishItems(byte[] message)
    {
        var reader = new LinkItemReader(message);
        while (reader.TryRead(out var item, out _))
            _publisher.Publish(item);
        _node.Shard.RunPass();
    }

    private static byte[] Item(byte op, byte target, ReadOnlySpan<byte> name, ReadOnlySpan<byte> body) =>
        [.. BitConverter.GetBytes(LinkItemReader.HeaderLength + name.Length + body.Length), op, target, (byte)name.Length, 0, .. new byte[8], .. name, .. body];
}
