using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using WsPrism.Bench.Kernels;
using WsPrism.Wasm;

namespace WsPrism.Bench.Benchmarks;

/// <summary>Loops compiled from C to WebAssembly beside the same ones in C#: the ratio is what the sandbox costs. With fuel, as a gateway runs them.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class WasmBenchmarks
{
    private const int Fibonacci = 20;

    private readonly Kernels.Kernels _kernels = new();
    private readonly Func<int, int> _hash;
    private readonly Func<int, int> _json;
    private readonly Func<int, double> _multiply;
    private readonly Func<int, int> _fib;
    private readonly Func<int> _data;

    public WasmBenchmarks()
    {
        _hash = _kernels.Instance.GetFunction<Func<int, int>>("hash");
        _json = _kernels.Instance.GetFunction<Func<int, int>>("json");
        _multiply = _kernels.Instance.GetFunction<Func<int, double>>("multiply");
        _fib = _kernels.Instance.GetFunction<Func<int, int>>("fib");
        _data = _kernels.Instance.GetFunction<Func<int>>("data");
        if ((uint)WasmHash() != NativeHash() || WasmJson() != NativeJson() || WasmMultiply() != NativeMultiply() || WasmFib() != NativeFib())
            throw new InvalidOperationException("The two sides do not calculate the same.");
    }

    [BenchmarkCategory("hash 64 KiB")]
    [Benchmark(Baseline = true)]
    public uint NativeHash() => NativeKernels.Hash(_kernels.Text, Kernels.Kernels.Bytes);

    [BenchmarkCategory("hash 64 KiB")]
    [Benchmark]
    public int WasmHash() => _hash(Kernels.Kernels.Bytes);

    [BenchmarkCategory("JSON 64 KiB")]
    [Benchmark(Baseline = true)]
    public int NativeJson() => NativeKernels.Json(_kernels.Text, Kernels.Kernels.Bytes);

    [BenchmarkCategory("JSON 64 KiB")]
    [Benchmark]
    public int WasmJson() => _json(Kernels.Kernels.Bytes);

    [BenchmarkCategory("matrix 64 x 64")]
    [Benchmark(Baseline = true)]
    public double NativeMultiply() => NativeKernels.Multiply(_kernels.A, _kernels.B, _kernels.C, Kernels.Kernels.Size);

    [BenchmarkCategory("matrix 64 x 64")]
    [Benchmark]
    public double WasmMultiply() => _multiply(Kernels.Kernels.Size);

    [BenchmarkCategory("calls: fib(20)")]
    [Benchmark(Baseline = true)]
    public int NativeFib() => NativeKernels.Fib(Fibonacci);

    [BenchmarkCategory("calls: fib(20)")]
    [Benchmark]
    public int WasmFib() => _fib(Fibonacci);

    [BenchmarkCategory("one call")]
    [Benchmark]
    public int WasmCall() => _data();

    [BenchmarkCategory("instance")]
    [Benchmark]
    public WasmInstance WasmInstantiate() => new(_kernels.Instance.Module);

    [BenchmarkCategory("instance")]
    [Benchmark]
    public void WasmReset() => _kernels.Instance.Reset();

    [BenchmarkCategory("module")]
    [Benchmark]
    public WasmModule WasmParse() => WasmModule.Parse(Kernels.Kernels.Binary);

    [BenchmarkCategory("module")]
    [Benchmark]
    public void WasmParseAndCompile() => WasmModule.Parse(Kernels.Kernels.Binary).Compile();
}
