using WsPrism.Protocol.Hot;

namespace WsPrism.Bench.Bed;

/// <summary>What clients of the benches send.</summary>
internal static class Messages
{
    public static byte[] Ping { get; } = [.. """{"svc":"sys","type":"ping"}"""u8];

    public static byte[] Chat { get; } = [.. """{"v":1,"svc":"chat","type":"send","room":"match:1","data":{"msg":"Good game, everybody!"}}"""u8];

    public static byte[] ChatKept { get; } = [.. """{"v":1,"svc":"chat","type":"send","room":"kept:1","data":{"msg":"Good game, everybody!"}}"""u8];

    public static byte[] ChatWithId { get; } =
        [.. """{"v":1,"svc":"chat","type":"send","room":"match:1","id":"a-1","data":{"msg":"Good game, everybody!"}}"""u8];

    public static byte[] Input { get; } =
        [.. """{"svc":"game","type":"input","data":{"x":12.25,"y":-3.5,"keys":["up","fire"],"seq":1042,"aim":{"yaw":1.57,"pitch":0.1}}}"""u8];

    public static byte[] Escaped { get; } =
        [.. """{"svc":"chat","type":"send","room":"caf\u00e9","id":"\ud83d\ude00","data":{"msg":"a \"quoted\" word\n"}}"""u8];

    public static byte[] Malformed { get; } = [.. """{"v":1,"svc":"chat","type":"send","room":"match:1","data":{"msg":"Good game, everybody!}}"""u8];

    public static byte[] LargeData { get; } =
        [.. """{"svc":"chat","type":"send","data":{"msg":["""u8, .. Enumerable.Range(0, 200).SelectMany(i => (byte[])[.. """{"k":"value","n":12.5},"""u8]), .. "0]}}"u8];

    public static byte[] Echo { get; } = Hot(new HotFrame { SvcId = 250, Opcode = 1, Payload = Payload });

    public static byte[] Game { get; } = Hot(new HotFrame { SvcId = 1, Opcode = 1, Payload = Payload });

    public static byte[] GameReliable { get; } = Hot(new HotFrame { SvcId = 1, Opcode = 2, Flags = HotFlags.Reliable, Payload = Payload });

    public static byte[] GameWithKey { get; } =
        Hot(new HotFrame { SvcId = 1, Opcode = 1, Flags = HotFlags.Key, Key = 42, Payload = Payload });

    /// <summary>For the plugin of the Hot lane.</summary>
    public static byte[] Relay { get; } = Hot(new HotFrame { SvcId = 7, Opcode = 1, Payload = Payload });

    /// <summary>For the plugin of the Ext lane.</summary>
    public static byte[] Which { get; } = [.. """{"svc":"native","type":"which"}"""u8];

    private static ReadOnlySpan<byte> Payload => "0123456789abcdef0123456789abcdef"u8;

    private static byte[] Hot(in HotFrame frame)
    {
        var bytes = new byte[HotFrameWriter.GetLength(frame)];
        HotFrameWriter.Write(frame, bytes);
        return bytes;
    }

    /// <summary>A client's WebSocket frame, masked.</summary>
    public static byte[] Masked(int opcode, ReadOnlySpan<byte> payload, bool final = true)
    {
        byte[] key = [0x37, 0xFA, 0x21, 0x3D];
        var first = (byte)((final ? 0x80 : 0) | opcode);
        var length = (long)payload.Length;
        byte[] header = length switch
        {
            < 126 => [first, (byte)(0x80 | length)],
            <= 65_535 => [first, 0xFE, (byte)(length >> 8), (byte)length],
            _ => [first, 0xFF, 0, 0, 0, 0, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length],
        };
        var masked = payload.ToArray();
        for (var i = 0; i < masked.Length; i++)
            masked[i] ^= key[i & 3];

        return [.. header, .. key, .. masked];
    }
}
