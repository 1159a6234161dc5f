using System.Security.Cryptography;

namespace WsPrism.Wasm.Tests.Runtime;

/// <summary>Modules that clang made of C, without and with optimisation.</summary>
public sealed class CompilerTests
{
    [Theory]
    [InlineData("digest-O0")]
    [InlineData("digest-O2")]
    public void Sha256_is_that_of_the_framework(string name)
    {
        var instance = new WasmInstance(TestModules.Load(name));
        var memory = instance.FindMemory("memory")!;
        var (input, output) = ((int)instance.Invoke("input")[0]!, (int)instance.Invoke("output")[0]!);
        var digest = instance.GetFunction<Action<int>>("sha256");
        var data = new byte[10_000];
        new Random(1).NextBytes(data);
        data.CopyTo(memory.Span[input..]);

        foreach (var length in new[] { 0, 1, 55, 56, 63, 64, 65, 119, 120, 1_000, 10_000 })
        {
            digest(length);
            Assert.Equal(SHA256.HashData(data.AsSpan(0, length)), memory.Span.Slice(output, 32).ToArray());
        }
    }

    [Theory]
    [InlineData("digest-O0")]
    [InlineData("digest-O2")]
    public void Sorting_through_a_function_pointer_sorts(string name)
    {
        var sort = new WasmInstance(TestModules.Load(name)).GetFunction<Func<int, int, int, int>>("sort");

        foreach (var seed in Enumerable.Range(0, 50))
            Assert.Equal(0, sort(seed, 4_000 - seed, seed % 2));
    }
}
