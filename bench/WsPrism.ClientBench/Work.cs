using System.Text;

namespace WsPrism.ClientBench;

/// <summary>What is measured: messages of one lane in one direction.</summary>
internal sealed record Work(string Name, bool IsHot, bool Receives, bool ReadsData = false)
{
    public const int PayloadBytes = 32;

    public static readonly Work ReceiveHot = new("receive Hot frames", true, true);
    public static readonly Work SendHot = new("send Hot frames", true, false);
    public static readonly Work ReceiveExt = new("receive envelopes", false, true);
    public static readonly Work ReadExt = new("receive and read envelopes", false, true, ReadsData: true);
    public static readonly Work SendExt = new("send envelopes", false, false);

    public static readonly byte[] Envelope = Encoding.UTF8.GetBytes("""{"v":1,"svc":"chat","type":"msg","room":"lobby","data":{"from":"user:alice","msg":"hello there","ts":1760000000000}}""");

    /// <summary>What the peer is asked for in the path: the work and how many.</summary>
    public string Path(int messages) => $"/v1/ws?tenant=demo&hot={(IsHot ? 1 : 0)}&count={(Receives ? messages : 0)}";
}
