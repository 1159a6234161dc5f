using System.Buffers.Binary;
using System.Text;
using WsPrism.Core.Sessions;
using WsPrism.Protocol.Hot;

namespace WsPrism.Bench.Bed;

/// <summary>A market with a publisher and subscribers, run by hand on one thread.</summary>
internal sealed class MarketBed
{
    public const int Instruments = 10_000;
    public const int Subscribers = 1_000;
    public const int KeysOfEach = 100;

    private const int KeyAt = HotFrame.HeaderLength;

    // A prime that divides no power of ten: neighbours of a subscriber's are not updated one after the other.
    private const uint Step = 7_919;

    private readonly BenchNode _node;
    private readonly Session _publisher;
    private readonly Session[] _subscribers;
    private readonly int _instruments;
    private readonly byte[] _frame;
    private uint _key;

    public MarketBed(int shards, int instruments, int subscribers)
    {
        _node = new BenchNode(shards: shards);
        _instruments = instruments;
        _publisher = _node.Connect(new Identity("feed") { Roles = [Identity.PublisherRole] });
        _frame = new byte[HotFrameWriter.GetLength(Frame)];
        HotFrameWriter.Write(Frame, _frame);
        _subscribers = [.. Enumerable.Range(0, subscribers).Select(i => _node.Connect($"user:{i}"))];
    }

    public long Delivered => _subscribers.Sum(session => ((DrainingConnection)session.Connection).Taken);

    private static HotFrame Frame => new() { SvcId = 2, Opcode = 1, Flags = HotFlags.Key, Payload = "0123456789abcdef0123456789abcdef"u8 };

    /// <summary>Gives every instrument a value.</summary>
    public MarketBed Fill()
    {
        for (var i = 0; i < _instruments; i++)
        {
            Publish();
        }

        return this;
    }

    /// <summary>Each takes its hundred.</summary>
    public MarketBed Subscribe()
    {
        for (var i = 0; i < _subscribers.Length; i++)
        {
            var keys = string.Join(',', Enumerable.Range(0, KeysOfEach).Select(k => (uint)(((i * KeysOfEach) + k) % _instruments)));
            _subscribers[i].OnText(Encoding.UTF8.GetBytes($$$"""{"svc":"market","type":"subscribe","data":{"keys":[{{{keys}}}]}}"""));
            _node.RunPasses();
        }

        return this;
    }

    /// <summary>One update of the next instrument, all the way.</summary>
    public void Publish()
    {
        _key = (_key + Step) % (uint)_instruments;
        BinaryPrimitives.WriteUInt32LittleEndian(_frame.AsSpan(KeyAt), _key);
        _publisher.OnBinary(_frame);
        _node.RunPasses();
    }
}
