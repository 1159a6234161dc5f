using System.Diagnostics;

namespace WsPrism.Plugins.Tests.Wasm;

/// <summary>The modules of samples/plugins do what their sources say, and are what is built of these.</summary>
public sealed class SampleTests
{
    [Theory]
    [InlineData("what the heck", "what the ****")]
    [InlineData("Darn! HECK.", "****! ****.")]
    [InlineData("heckler, sheck, héck", null)]
    [InlineData("", null)]
    [InlineData("fr\\u0061k \\ud83d\\ude00 \\n \\\"x\\\\\\\" darn", "**** 😀 \n \"x\\\" ****")]
    [InlineData("é heck \\u0007", "é **** \u0007")]
    public void Mask_masks_bad_words_of_chat(string said, string? heard)
    {
        using var wasm = new WasmGateway([Modules.Service("mask", Modules.Sample("mask"))], ["mask"]);
        var (alice, bob) = (wasm.Connect(), wasm.Connect("bob"));

        alice.Send("chat", "send", $$"""{"msg" : "{{said}}" }""");

        heard ??= System.Text.Json.JsonDocument.Parse($"\"{said}\"").RootElement.GetString();
        Assert.Equal(heard, said.Length == 0 ? heard : wasm.Next(bob).Data.GetProperty("msg").GetString());
    }

    [Theory]
    [InlineData("start", """{"number":"7"}""")]
    [InlineData("start", """{"max":0}""")]
    [InlineData("start", """{"max":1000001}""")]
    [InlineData("start", """{"max":10,"number":11}""")]
    [InlineData("start", "[]")]
    [InlineData("guess", """{"n":1}""")]
    [InlineData("guess")]
    [InlineData("other")]
    public void Guess_refuses_what_is_no_game(string type, string? data = null)
    {
        // What it does with one is in the contract of all kinds.
        using var wasm = new WasmGateway([Modules.Service("guess", Modules.Sample("guess"))]);

        Assert.Equal("BAD_REQUEST", wasm.Ask(wasm.Connect(), type, data, svc: "guess").Code);
    }

    [Fact]
    public void Dice_rolls_and_tells_the_room()
    {
        using var wasm = new WasmGateway([Modules.Service("dice", Modules.Sample("dice"))]);
        var (alice, bob) = (wasm.Connect(), wasm.Connect("bob"));

        Assert.Equal("BAD_REQUEST", wasm.Ask(alice, "other", svc: "dice").Code);
        Assert.Equal("BAD_REQUEST", wasm.Ask(alice, "roll", """{"sides":1}""", svc: "dice").Code);
        Assert.Equal("BAD_REQUEST", wasm.Ask(alice, "roll", """{"sides":"x"}""", svc: "dice").Code);
        for (var i = 0; i < 20; i++)
        {
            alice.Send("dice", "roll", """{"sides":4}""", id: $"{i}");
            wasm.Until(() => alice.Envelopes.Any(envelope => envelope.Id == $"{i}"));
            var eyes = alice.Envelopes.Single(envelope => envelope.Id == $"{i}").Data.GetProperty("eyes").GetInt32();
            Assert.InRange(eyes, 1, 4);
            Assert.Equal($$"""{"user":"alice","eyes":{{eyes}},"sides":4}""", wasm.Next(bob).Data.GetRawText());
        }
    }

    [Fact]
    public void Smallest_accepts_and_lets_pass()
    {
        using var wasm = new WasmGateway([Modules.Service("a", Modules.Sample("smallest")), Modules.Service("b", Modules.Sample("smallest"))], ["b"]);

        Assert.Equal("sys.ack", wasm.Ask(wasm.Connect(), "any", svc: "a").Name);
    }

    [Fact]
    public async Task What_is_committed_is_what_the_sources_say()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Has("clang") && Has("wasm-ld") && Has("wat2wasm"), "needs clang, wasm-ld and wabt");
        var sources = Path.Combine(Repository.Root, "samples", "plugins");
        var folder = Directory.CreateTempSubdirectory("wsprism-samples-");
        try
        {
            // Whoever has the same compiler gets the same bytes; with another one it has to build.
            using var build = Process.Start(new ProcessStartInfo("sh", [Path.Combine(sources, "build.sh"), folder.FullName, "no-npx"]) { RedirectStandardError = true })!;
            var errors = await build.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await build.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(build.ExitCode == 0, errors);
            foreach (var name in (string[])["mask", "guess", "smallest"])
            {
                var built = await File.ReadAllBytesAsync(Path.Combine(folder.FullName, name, $"{name}.wasm"), TestContext.Current.CancellationToken);
                var committed = await File.ReadAllBytesAsync(Path.Combine(sources, name, $"{name}.wasm"), TestContext.Current.CancellationToken);
                Assert.True(built.AsSpan().SequenceEqual(committed) || !IsClang14(), $"{name}.wasm is not what is built of its source: run samples/plugins/build.sh");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool IsClang14()
    {
        using var version = Process.Start(new ProcessStartInfo("clang", ["--version"]) { RedirectStandardOutput = true })!;
        return version.StandardOutput.ReadToEnd().Contains("clang version 14.", StringComparison.Ordinal);
    }

    private static bool Has(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
