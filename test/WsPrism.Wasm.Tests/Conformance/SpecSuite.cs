using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace WsPrism.Wasm.Tests.Conformance;

/// <summary>
/// The official core test suite, where it is: in the folder that WSPRISM_WASM_SPEC names, or in shared/wasm-spec beside the repository or above. Debian's
/// wabt turns each of its files into commands and modules.
/// </summary>
internal static class SpecSuite
{
    private static readonly ConcurrentDictionary<string, Lazy<SpecResult>> Results = new(StringComparer.Ordinal);

    public static string? Folder { get; } = FindFolder();

    /// <summary>Why it cannot run here; null: it can.</summary>
    public static string? Missing { get; } = FindMissing();

    public static IReadOnlyList<string> Files { get; } =
        Folder is null ? [] : [.. Directory.GetFiles(Folder, "*.wast").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    /// <summary>Runs one file, once.</summary>
    public static SpecResult Run(string file) => Results.GetOrAdd(file, name => new Lazy<SpecResult>(() => RunNow(name))).Value;

    private static SpecResult RunNow(string file)
    {
        var folder = Directory.CreateTempSubdirectory("wsprism-wasm-");
        try
        {
            var json = Path.Combine(folder.FullName, "commands.json");
            if (!TryConvert(Path.Combine(Folder!, file), json, out var error))
                return new SpecResult(file, 0, 0, [$"wast2json: {error}"]);

            return new SpecScript(file, folder.FullName).Run(File.ReadAllBytes(json));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool TryConvert(string from, string to, out string error)
    {
        using var process = Process.Start(new ProcessStartInfo("wast2json", ["--disable-simd", from, "-o", to]) { RedirectStandardError = true })!;
        error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static string? FindMissing()
    {
        if (Folder is null)
            return "The core test suite is not here: set WSPRISM_WASM_SPEC to a folder with its .wast files.";

        try
        {
            using var process = Process.Start(new ProcessStartInfo("wast2json", ["--version"]) { RedirectStandardOutput = true })!;
            process.WaitForExit();
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "wast2json is not installed: on Debian it is in the package wabt.";
        }
    }

    private static string? FindFolder([CallerFilePath] string here = "")
    {
        if (Environment.GetEnvironmentVariable("WSPRISM_WASM_SPEC") is { Length: > 0 } named)
            return Directory.Exists(named) ? named : null;

        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var candidate = Path.Combine(folder, "shared", "wasm-spec");
            if (Directory.Exists(candidate))
                return candidate;
        }

        return null;
    }
}
