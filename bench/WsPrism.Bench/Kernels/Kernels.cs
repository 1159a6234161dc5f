using System.Runtime.InteropServices;
using System.Text;
using WsPrism.Wasm;

namespace WsPrism.Bench.Kernels;

/// <summary>kernels.wasm and the same data for both sides.</summary>
internal sealed class Kernels
{
    public const int Bytes = 65_536;
    public const int Size = 64;

    public static readonly byte[] Binary = Read("kernels.wasm");

    public Kernels()
    {
        Instance = new WasmInstance(WasmModule.Parse(Binary));
        Text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("""{"svc":"chat","type":"send","id":12345,"data":{"msg":"a \"quoted\" word","to":[1,22,333]}},""", Bytes)))[..Bytes];
        Text.CopyTo(Instance.FindMemory("memory")!.Span[(int)Instance.Invoke("data")[0]!..]);
        A = Matrix(0, 0.5);
        B = Matrix(1, 0.25);
    }

    public WasmInstance Instance { get; }

    public byte[] Text { get; }

    public double[] A { get; }

    public double[] B { get; }

    public double[] C { get; } = new double[Size * Size];

    /// <summary>A module of this folder.</summary>
    public static byte[] Read(string name)
    {
        using var stream = typeof(Kernels).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private double[] Matrix(int which, double step)
    {
        var matrix = Enumerable.Range(0, Size * Size).Select(index => index * step).ToArray();
        MemoryMarshal.AsBytes(matrix.AsSpan()).CopyTo(Instance.FindMemory("memory")!.Span[(int)Instance.Invoke("matrix", which)[0]!..]);
        return matrix;
    }
}
