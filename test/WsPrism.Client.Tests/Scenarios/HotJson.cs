using System.Text.Json.Nodes;
using WsPrism.Protocol;
using WsPrism.Protocol.Hot;

namespace WsPrism.Client.Tests.Scenarios;

/// <summary>Hot frames as scenarios have them.</summary>
internal static class HotJson
{
    private static readonly string[] Known = ["svc_id", "opcode", "seq", "key", "sender", "room", "reliable", "ack", "payload"];

    public static byte[] ToBytes(JsonObject step)
    {
        if (step["hex"] is { } hex)
            return Convert.FromHexString((string)hex!);

        var fields = step["frame"]!.AsObject();
        Assert.All(fields, field => Assert.Contains(field.Key, Known));
        var frame = new HotFrame
        {
            SvcId = (byte)(int)fields["svc_id"]!,
            Opcode = (byte)(int)fields["opcode"]!,
            Flags = Flag(fields, "seq", HotFlags.Seq) | Flag(fields, "key", HotFlags.Key) | Flag(fields, "sender", HotFlags.Sender) | Flag(fields, "room", HotFlags.Room)
                | ((bool?)fields["reliable"] == true ? HotFlags.Reliable : 0) | ((bool?)fields["ack"] == true ? HotFlags.Ack : 0),
            Seq = Number(fields, "seq"),
            Key = Number(fields, "key"),
            Sender = Number(fields, "sender"),
            Room = Number(fields, "room"),
            Payload = Convert.FromHexString((string?)fields["payload"] ?? string.Empty),
        };
        var bytes = new byte[HotFrameWriter.GetLength(frame)];
        HotFrameWriter.Write(frame, bytes);
        return bytes;
    }

    public static JsonObject FromBytes(byte[] bytes)
    {
        Assert.Equal(ErrorCode.None, HotFrameReader.TryRead(bytes, HotDirection.FromClient, out var frame));
        return From(frame);
    }

    public static JsonObject From(in HotFrame frame) => new()
    {
        ["svc_id"] = frame.SvcId,
        ["opcode"] = frame.Opcode,
        ["seq"] = frame.Has(HotFlags.Seq) ? frame.Seq : null,
        ["key"] = frame.Has(HotFlags.Key) ? frame.Key : null,
        ["sender"] = frame.Has(HotFlags.Sender) ? frame.Sender : null,
        ["room"] = frame.Has(HotFlags.Room) ? frame.Room : null,
        ["reliable"] = frame.Has(HotFlags.Reliable),
        ["ack"] = frame.Has(HotFlags.Ack),
        ["payload"] = Convert.ToHexStringLower(frame.Payload),
    };

    private static HotFlags Flag(JsonObject fields, string name, HotFlags flag) => fields[name] is null ? 0 : flag;

    private static uint Number(JsonObject fields, string name) => fields[name] is { } value ? (uint)(long)JsonNode.Parse(value.ToJsonString())! : 0;
}
