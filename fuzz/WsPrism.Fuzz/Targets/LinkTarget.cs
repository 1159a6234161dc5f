using System.Text.Json;
using WsPrism.Backend.Link;

namespace WsPrism.Fuzz.Targets;

/// <summary>
/// Reads what a backend worker says, text and binary. Whatever is read lies within the message, what is taken for a text message is JSON to others too, and items end
/// where their lengths say.
/// </summary>
internal sealed class LinkTarget : IFuzzTarget
{
    public string Name => "link";

    public IEnumerable<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            """{"op":"credit","requests":100,"frames":1000}""",
            """{"op":"answer","id":7,"credit":1,"answer":{"reply":{"price":7},"set_state":null}}""",
            """{"op":"publish","to":{"room":"pit\u0041"},"message":{"svc":"trade","type":"price","data":{"price":[8,"é"]}},"id":9,"except":17}""",
            """{"op":"publish","to":{"rooms":["a","b"]},"frame_base64":"BQEA/w=="}""",
            """{"op":"publish","to":{"session_handle":17},"frame_base64":"BQEA/w=="}""",
            """{"op":"drain"}""",
        }.Select(text => (byte[])[0, .. System.Text.Encoding.UTF8.GetBytes(text)]),
        [1, 0x10, 0, 0, 0, 1, 1, 1, 0, 9, 0, 0, 0, 17, 0, 0, 0, (byte)'r', 5, 1, 0x20, 0x0E, 0, 0, 0, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [1, 0x13, 0, 0, 0, 2, 5, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 1, (byte)'t', 1, (byte)'x'],
    ];

    public IEnumerable<byte[]> Dictionary { get; } =
    [
        .. new[]
        {
            "\"op\":", "\"id\":", "\"to\":", "\"message\":", "\"frame_base64\":", "\"answer\":", "\"credit\":", "\"except\":", "\"room_handle\":", "\"svc\":", "\"type\":", "\"data\":",
            "\\ud83d", "\\u0000", "}", "{", "[", "]", "null", "1e9", "-1", "9223372036854775807",
        }.Select(System.Text.Encoding.UTF8.GetBytes),
        [0x0C, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0x80], [1, 1], [2, 6], [4, 0, 0],
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return;
        }

        if (input[0] % 2 == 0)
        {
            // The framing lets nothing but UTF-8 come so far.
            if (System.Text.Unicode.Utf8.IsValid(input[1..]))
            {
                ReadText(input[1..]);
            }
        }
        else
        {
            ReadItems(input[1..]);
        }
    }

    private static void ReadText(ReadOnlySpan<byte> text)
    {
        var message = text.ToArray();
        if (LinkCommand.TryRead(message, out var command) is not null)
        {
            return;
        }

        using var document = JsonDocument.Parse(text.ToArray());
        BrokenInvariantException.ThrowIfNot(string.Equals(document.RootElement.GetProperty("op").GetString(), command.Kind.ToString(), StringComparison.OrdinalIgnoreCase), "the op is the one that stands there");
        BrokenInvariantException.ThrowIfNot(command.RequestCredit is >= 0 and <= LinkLimits.MaxUnanswered && command.FrameCredit is >= 0 and <= LinkLimits.MaxFrameCredit, "credit is in range");
        if (command.Kind == LinkCommandKind.Publish)
        {
            Check(command.Publish, message.Length);
            BrokenInvariantException.ThrowIfNot(
                command.Publish.Op != LinkOp.Frame || command.Publish.Frame.SequenceEqual(document.RootElement.GetProperty("frame_base64").GetBytesFromBase64()),
                "the frame is what its base64 says");
        }
    }

    private static void ReadItems(ReadOnlySpan<byte> message)
    {
        var reader = new LinkItemReader(message);
        var total = 0;
        while (reader.TryRead(out var item, out var problem))
        {
            total += sizeof(uint) + LinkItemReader.HeaderLength + (problem is null ? item.Name.Length + item.Frame.Length + item.Data.Length : 0);
            BrokenInvariantException.ThrowIfNot(total <= message.Length, "items lie one after the other within the message");
            if (problem is null)
            {
                Check(item, message.Length);
            }
        }

        BrokenInvariantException.ThrowIfNot(!reader.TryRead(out _, out _), "the end stays the end");
    }

    private static void Check(in LinkPublish publish, int length)
    {
        BrokenInvariantException.ThrowIfNot(publish.Target != Backend.Link.LinkTarget.None && publish.Op is LinkOp.Frame or LinkOp.Envelope, "it says what, and to whom");
        BrokenInvariantException.ThrowIfNot(
            publish.Name.Length + publish.Frame.Length + publish.Svc.Length + publish.Type.Length + publish.Data.Length <= length, "what it says lies within the message");
    }
}
