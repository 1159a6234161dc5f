using WsPrism.Wasm.Compilation;

namespace WsPrism.Wasm.Tests.Limits;

/// <summary>
/// The guard of the host's stack trusts an estimate of how large the frame of a compiled function can be. Here frames are measured: a function calls itself,
/// and each time a function of the host's that notes where the stack is.
/// </summary>
public sealed class FrameTests
{
    // What is between two notes beside the frame: return addresses, saved registers, the guard in front of a large frame.
    private const int Slack = 512;

    public static TheoryData<string, byte[], byte[]> Bodies => new()
    {
        { "nothing", Self, [0] },
        { "locals", [.. Many(1_000, n => [0x20, .. U(n), 0x42, 1, 0x7C, 0x21, .. U(n)]), .. Self, .. Many(1_000, n => [0x20, .. U(n), 0x1A])], [1, .. U(1_000), 0x7E] },
        { "locals, crosswise", [.. Crosswise(2_000), .. Self, .. Crosswise(2_000)], [1, .. U(2_000), 0x7E] },
        { "floats", [.. Many(500, n => [0x20, .. U(n), 0x44, 0, 0, 0, 0, 0, 0, 8, 64, 0xA0, 0x21, .. U(n)]), .. Self, .. Many(500, n => [0x20, .. U(n), 0x1A])], [1, .. U(500), 0x7C] },
        { "operands", [.. Many(3_000, n => [0x41, (byte)(n % 64), 0x28, 2, 0]), .. Self, .. Many(2_999, _ => [0x6A]), 0x1A], [0] },
        { "loads and stores", [.. Many(2_000, n => [0x41, .. S(n), 0x41, .. S(n), 0x29, 3, 8, 0x37, 3, 16]), .. Self], [0] },
        { "calls", [.. Many(1_000, _ => [0x41, 0, 0x04, 0x40, 0x10, 2, 0x0B]), .. Self], [0] },
        { "calls with many results", [.. Many(200, _ => [0x41, 0, 0x04, 0x40, 0x10, 3, .. Many(64, _ => [0x1A]), 0x0B]), .. Self], [0] },
        { "calls with many arguments", [.. Many(100, _ => [0x41, 0, 0x04, 0x40, .. Many(200, n => [0x42, .. S(n)]), 0x10, 4, 0x0B]), .. Self], [0] },
        { "calls above operands", [.. Many(300, _ => [.. Many(20, n => [0x41, (byte)n, 0x28, 2, 0]), 0x10, 2, .. Many(20, _ => [0x1A])]), .. Self], [0] },
        { "stores above operands", [.. Many(300, _ => [.. Many(20, n => [0x41, (byte)n, 0x29, 3, 0]), 0x41, 0, 0x41, 0, 0x36, 2, 0, .. Many(20, _ => [0x1A])]), .. Self], [0] },
        { "assignments below operands", [.. Many(400, n => [.. Many(20, k => [0x20, .. U((n + k) % 50)]), .. Many(10, k => [0x42, 1, 0x21, .. U((n + k) % 50)]), .. Many(20, _ => [0x1A])]), .. Self], [1, 50, 0x7E] },
        { "divisions", [.. Many(1_500, n => [0x20, .. U(n % 50), 0x20, .. U((n + 1) % 50), 0x42, 3, 0x84, 0x80, 0x21, .. U(n % 50)]), .. Self], [1, 50, 0x7E] },
        { "choices", [.. Many(1_500, n => [0x20, .. U(n % 50), 0x20, .. U((n + 1) % 50), 0x20, .. U((n + 2) % 50), 0xA7, 0x1B, 0x21, .. U(n % 50)]), .. Self], [1, 50, 0x7E] },
        { "conversions", [.. Many(1_000, n => [0x20, .. U(n % 50), 0xFC, 6, 0xBA, 0x21, .. U(n % 50)]), .. Self], [1, 50, 0x7C] },
        { "nested loops", [.. Many(400, _ => [0x03, 0x40]), .. Many(400, n => [0x20, .. U(n % 50), 0xA7, 0x0D, 0, 0x0B]), .. Self], [1, 50, 0x7E] },
        { "many operands without optimisation", [.. Many(101, _ => [0x03, 0x40, 0x0B]), .. Many(3_000, n => [0x41, (byte)(n % 64), 0x28, 2, 0]), .. Self, .. Many(2_999, _ => [0x6A]), 0x1A], [0] },
        { "operands put aside without optimisation", [.. Many(101, _ => [0x03, 0x40, 0x0B]), .. Many(150, n => [.. Many(22, _ => [0x20, 0]), 0x42, 1, 0x21, 0]), .. Self, 0x0F], [1, 50, 0x7E] },
        { "loops", [.. Many(300, n => [0x03, 0x40, 0x20, .. U(n % 50), 0x42, 1, 0x7C, 0x22, .. U(n % 50), 0x50, 0x0D, 0, 0x0B]), .. Self], [1, 50, 0x7E] },
    };

    // if (--depth >= 0) call itself
    private static byte[] Self => [0x23, 0, 0x41, 1, 0x6B, 0x24, 0, 0x23, 0, 0x41, 0, 0x4E, 0x04, 0x40, 0x10, 1, 0x0B];

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_frame_is_no_larger_than_estimated(string what, byte[] code, byte[] locals)
    {
        var places = new List<nint>();
        var module = WasmModule.Parse(Build(code, locals));
        var thread = new Thread(() => new WasmInstance(module, new WasmImports().Add("h", "note", () => Note(places))).Invoke("f"), 16 * 1024 * 1024);

        thread.Start();
        thread.Join();

        var frame = places.Zip(places.Skip(1)).Max(pair => pair.First - pair.Second);
        Assert.Equal(11, places.Count);
        Assert.InRange(frame, 1, MethodFrame.EstimateFrame(module.Data.Bodies[0]) + Slack);
        TestContext.Current.SendDiagnosticMessage($"{what}: {frame} bytes, estimated {MethodFrame.EstimateFrame(module.Data.Bodies[0])}");
    }

    private static unsafe void Note(List<nint> places)
    {
        var here = 0;
        places.Add((nint)(&here));
    }

    private static byte[] Build(byte[] code, byte[] locals) => new ModuleWriter()
        .Section(1, [3, 0x60, 0, 0, 0x60, 0, 64, .. Many(64, _ => [0x7E]), 0x60, .. U(200), .. Many(200, _ => [0x7E]), 0])
        .Section(2, [1, 1, (byte)'h', 4, (byte)'n', (byte)'o', (byte)'t', (byte)'e', 0, 0])
        .Section(3, [4, 0, 0, 1, 2])
        .Section(5, [1, 0, 1])
        .Section(6, [1, 0x7F, 1, 0x41, 10, 0x0B])
        .Section(7, [1, 1, (byte)'f', 0, 1])
        .Section(10,
        [
            4, .. ModuleWriter.Sized([.. locals, 0x10, 0, .. code, 0x0B]), .. ModuleWriter.Sized([0, 0x0B]),
            .. ModuleWriter.Sized([0, .. Many(64, _ => [0x42, 0]), 0x0B]), .. ModuleWriter.Sized([0, 0x0B]),
        ])
        .Build();

    private static byte[] Crosswise(int count) => Many(count, n => [0x20, .. U(n), 0x20, .. U(count - 1 - n), 0x7E, 0x21, .. U(n)]);

    private static byte[] Many(int count, Func<int, byte[]> each) => [.. Enumerable.Range(0, count).SelectMany(each)];

    private static byte[] U(int value) => ModuleWriter.Unsigned((uint)value);

    private static byte[] S(int value) => [(byte)((value & 0x7F) | 0x80), (byte)((value >> 7) & 0x3F)];
}
