using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using WsPrism.Transports.WebSockets;
using static WsPrism.Transports.Tests.WebSockets.ClientFrames;

namespace WsPrism.Transports.Tests.WebSockets;

public sealed class WebSocketFrameParserProperties
{
    private const int Limit = 300;

    private static readonly Gen<byte[]> Bytes =
        from length in Gen.Frequency((8, Gen.Choose(0, 40)), (2, Gen.Choose(120, 130)), (1, Gen.Choose(290, 301)))
        from bytes in Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value), length)
        select bytes;

    private static readonly Gen<byte[]> Utf8Bytes =
        from text in Gen.ListOf(Gen.Elements("a", "é", "€", "\U0001F600", "{}"))
        select Encoding.UTF8.GetBytes(string.Concat(text));

    private static readonly Gen<byte[]> Control =
        from opcode in Gen.Elements(0x9, 0xA)
        from payload in Bytes
        select Frame(opcode, payload[..Math.Min(payload.Length, 125)]);

    /// <summary>One message, cut into fragments anywhere, with control frames in between.</summary>
    private static readonly Gen<byte[]> Message =
        from isText in Gen.Elements(true, false)
        from payload in isText ? Utf8Bytes : Bytes
        from cuts in Gen.ListOf(Gen.Choose(0, payload.Length))
        from controls in Gen.ArrayOf(Gen.Frequency((3, Gen.Constant(Array.Empty<byte>())), (1, Control)), cuts.Count + 1)
        select Fragment(isText ? 0x1 : 0x2, payload, [.. cuts.Order().Take(4)], controls);

    private static readonly Gen<byte[]> Stream =
        from messages in Gen.ListOf(Gen.Frequency((5, Message), (2, Control), (1, Gen.Constant(Close(1000, "bye")))))
        select messages.SelectMany(message => message).ToArray();

    /// <summary>A stream with a few bytes changed: most of it is still sense.</summary>
    private static readonly Gen<byte[]> Damaged =
        from stream in Stream
        from changes in Gen.ListOf(from at in Gen.Choose(0, Math.Max(0, stream.Length - 1)) from bit in Gen.Choose(0, 7) select (at, bit))
        select Damage(stream, changes.Take(3));

    private static readonly Gen<int[]> Sizes = Gen.NonEmptyListOf(Gen.Frequency((3, Gen.Choose(1, 5)), (1, Gen.Choose(6, 400)))).Select(sizes => sizes.ToArray());

    [Fact]
    public void Any_fragmentation_and_chunking_reads_as_the_reference_reads_it()
    {
        Check(Stream);
    }

    [Fact]
    public void Damaged_streams_get_the_verdict_of_the_reference()
    {
        Check(Damaged);
    }

    [Fact]
    public void Garbage_gets_the_verdict_of_the_reference()
    {
        Check(Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value)));
    }

    [Fact]
    public void Garbage_behind_a_plausible_start_never_throws_and_never_keeps_more_than_the_bound()
    {
        var random = new Random(7);
        var bound = (int)BitOperations.RoundUpToPowerOf2((uint)MessageInflater.GetMaxCompressedBytes(Limit)) + 128;

        for (var round = 0; round < 20_000; round++)
        {
            using var parser = new WebSocketFrameParser(Limit, deflate: true);
            var sink = new RecordingSink();
            var bytes = new byte[random.Next(1, 500)];

            random.NextBytes(bytes);
            bytes[0] = (byte)(bytes[0] & 0xC2);
            bytes[Math.Min(1, bytes.Length - 1)] |= 0x80;

            foreach (var chunk in bytes.Chunk(random.Next(1, 60)))
            {
                parser.Received(chunk, sink);
                Assert.InRange(parser.RetainedBytes, 0, bound);
            }
        }
    }

    private static void Check(Gen<byte[]> streams)
    {
        var cases = from stream in streams from sizes in Sizes select (stream, sizes);
        var config = Config.QuickThrowOnFailure.WithMaxTest(1_000);

        Prop.ForAll(cases.ToArbitrary(), run => Assert.Equal(ReferenceParser.Run(run.stream, Limit), ParserRuns.Run(Cut(run.stream, run.sizes), Limit).Lines))
            .Check(config);
    }

    private static IEnumerable<byte[]> Cut(byte[] stream, int[] sizes)
    {
        for (int at = 0, turn = 0; at < stream.Length; at += sizes[turn % sizes.Length], turn++)
            yield return stream[at..Math.Min(stream.Length, at + sizes[turn % sizes.Length])];
    }

    private static byte[] Fragment(int opcode, byte[] payload, int[] cuts, byte[][] controls)
    {
        var bytes = new List<byte>();
        int[] starts = [0, .. cuts];

        for (var index = 0; index < starts.Length; index++)
        {
            var isLast = index == starts.Length - 1;
            var end = isLast ? payload.Length : starts[index + 1];

            bytes.AddRange(Frame(index == 0 ? opcode : 0x0, payload[starts[index]..end], isLast));
            bytes.AddRange(controls[index % controls.Length]);
        }

        return [.. bytes];
    }

    private static byte[] Damage(byte[] stream, IEnumerable<(int At, int Bit)> changes)
    {
        foreach (var (at, bit) in changes.Where(_ => stream.Length > 0))
            stream[at] ^= (byte)(1 << bit);

        return stream;
    }
}
