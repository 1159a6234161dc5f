using System.Text.Json;
using WsPrism.Protocol.Hot;

namespace WsPrism.Protocol.Tests.Hot;

public sealed class HotVectorTests
{
    private const string File = "hot.json";

    public static TheoryData<string> Names => Vectors.Names(File);

    [Theory]
    [MemberData(nameof(Names))]
    public void Hot_vector_reads_as_expected_and_writes_back(string name)
    {
        var vector = Vectors.Find(File, name);
        var hex = vector.GetProperty("hex").GetString()!;
        var direction = vector.GetProperty("direction").GetString() == "in" ? HotDirection.FromClient : HotDirection.FromServer;

        var (error, frame) = HotFrameSnapshot.Read(hex, direction);

        if (vector.TryGetProperty("error", out var expectedError))
        {
            Assert.Equal(expectedError.GetString(), error.Text());
            return;
        }

        Assert.Equal(ErrorCode.None, error);
        Matches(vector.GetProperty("expect"), frame);
        Assert.Equal(hex, Convert.ToHexStringLower(frame.Write()));
    }

    private static void Matches(JsonElement expected, HotFrameSnapshot frame)
    {
        Assert.Equal(Number(expected, "svc_id"), frame.SvcId);
        Assert.Equal(Number(expected, "opcode"), frame.Opcode);
        Assert.Equal(Number(expected, "flags"), (uint)frame.Flags);
        Assert.Equal(Number(expected, "seq"), frame.Seq);
        Assert.Equal(Number(expected, "key"), frame.Key);
        Assert.Equal(Number(expected, "sender"), frame.Sender);
        Assert.Equal(Number(expected, "room"), frame.Room);
        Assert.Equal(Number(expected, "count"), frame.Count);
        if (expected.TryGetProperty("payload_hex", out var payload))
            Assert.Equal(payload.GetString(), frame.Payload);
        if (expected.TryGetProperty("inner_hex", out var inner))
            Assert.Equal(inner.EnumerateArray().Select(e => e.GetString()!), Inner(frame));
    }

    private static uint Number(JsonElement expected, string field) =>
        expected.TryGetProperty(field, out var value) ? value.GetUInt32() : 0;

    private static List<string> Inner(HotFrameSnapshot frame)
    {
        var frames = new List<string>();
        var batch = new HotBatchReader(Convert.FromHexString(frame.Payload), frame.Count);
        while (batch.TryReadNext(out var bytes))
            frames.Add(Convert.ToHexStringLower(bytes));

        Assert.False(batch.IsMalformed);
        return frames;
    }
}
