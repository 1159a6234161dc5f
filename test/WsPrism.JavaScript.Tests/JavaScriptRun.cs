using System.Text.Json;

namespace WsPrism.JavaScript.Tests;

/// <summary>Runs all tests of the TypeScript client once, and keeps what each of them said. Without Node.js there is only the reason why not.</summary>
public sealed class JavaScriptRun : IAsyncLifetime
{
    private static readonly string Folder = Repository.PathOf("clients/js");

    private readonly Dictionary<string, List<Result>> _results = [];
    private string _output = string.Empty;

    /// <summary>Why nothing ran; null where it did.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Missing = await NpmReady.ReadyAsync();
        if (Missing is not null)
            return;

        var report = Path.Combine(AppContext.BaseDirectory, "javascript.json");
        File.Delete(report);
        (_, _output) = await Npm.RunAsync(
            Folder,
            new() { ["WSPRISM_GATEWAY"] = Path.Combine(AppContext.BaseDirectory, "wsprism.dll") },
            "test", "--", "--reporter=json", "--reporter=default", $"--outputFile.json={report}");
        if (File.Exists(report))
            Read(JsonDocument.Parse(await File.ReadAllTextAsync(report)).RootElement);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Fails with what it said where a test of this file, or the file, did not pass.</summary>
    public void AssertPassed(string file, string? name = null)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? string.Empty);
        Assert.True(_results.TryGetValue(file, out var results), $"{file} did not run:\n{Npm.Tail(_output)}");
        var chosen = results.Where(result => name is null || result.Name == name).ToArray();
        Assert.True(chosen.Length > 0, $"{file} has no test {name}:\n{Npm.Tail(_output)}");
        Assert.SkipWhen(Array.TrueForAll(chosen, result => result.IsSkipped), chosen[0].Name);
        Assert.All(chosen, result => Assert.True(result.Failure is null, $"{result.Name}: {result.Failure}"));
    }

    private void Read(JsonElement report)
    {
        foreach (var file in report.GetProperty("testResults").EnumerateArray())
        {
            var name = Path.GetRelativePath(Folder, file.GetProperty("name").GetString()!).Replace('\\', '/');
            _results[name] = [.. file.GetProperty("assertionResults").EnumerateArray().Select(Result.Of)];

            // A file that could not be loaded has no tests, and says why.
            if (file.GetProperty("status").GetString() != "passed" && _results[name].TrueForAll(result => result.Failure is null))
                _results[name].Add(new Result(name, false, file.GetProperty("message").GetString()));
        }
    }

    private sealed record Result(string Name, bool IsSkipped, string? Failure)
    {
        public static Result Of(JsonElement test)
        {
            var name = string.Join(" > ", test.GetProperty("ancestorTitles").EnumerateArray().Append(test.GetProperty("title")).Select(title => title.GetString()));
            var status = test.GetProperty("status").GetString()!;
            return new(name, status is "skipped" or "pending", status == "failed" ? string.Join('\n', test.GetProperty("failureMessages").EnumerateArray()) : null);
        }
    }
}
