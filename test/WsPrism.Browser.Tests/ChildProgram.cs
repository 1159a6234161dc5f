using System.Diagnostics;
using System.Text.RegularExpressions;

namespace WsPrism.Browser.Tests;

/// <summary>A program as a user starts it, which ends with the test.</summary>
internal sealed class ChildProgram : IDisposable
{
    // `dotnet run FILE` compiles it, on a machine that may be busy.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly List<string> _output = [];

    private ChildProgram(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public static ChildProgram Start(string folder, string program, params string[] arguments) => Start(folder, program, arguments, []);

    public static ChildProgram Start(string folder, string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        if (program == "dotnet")
            program = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? program;
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new ChildProgram(Process.Start(start)!);
    }

    /// <summary>Waits for a line and returns its first group.</summary>
    public async Task<string> ReadAsync(string pattern)
    {
        while (true)
        {
            var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience, TimeProvider.System)
                ?? throw new InvalidOperationException($"It ended:\n{string.Join('\n', _output)}\n{await _errors}");
            _output.Add(line);
            if (Regex.Match(line, pattern) is { Success: true } match)
                return match.Groups[1].Value;
        }
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
