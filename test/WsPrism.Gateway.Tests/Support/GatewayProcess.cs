using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace WsPrism.Gateway.Tests.Support;

/// <summary>The built program, run as a user runs it.</summary>
internal sealed partial class GatewayProcess : IDisposable
{
    public const int Terminate = 15;
    public const int Interrupt = 2;
    public const int HangUp = 1;

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly List<string> _seen = [];
    private readonly Task<string> _errors;

    private GatewayProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _ = PumpAsync();
    }

    /// <summary>Lines of standard output that were read so far.</summary>
    public IReadOnlyList<string> Seen => _seen;

    /// <summary>Starts it in a folder of its own or the given one.</summary>
    public static GatewayProcess Start(string folder, params string[] arguments) => Start(folder, [Host, FindProgram(), .. arguments]);

    /// <summary>Starts it with so many descriptors at most.</summary>
    public static GatewayProcess StartWithDescriptors(int limit, string folder, params string[] arguments) =>
        Start(folder, ["/bin/sh", "-c", $"ulimit -n {limit}; exec \"$@\"", "sh", Host, FindProgram(), .. arguments]);

    private static string Host => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";

    private static GatewayProcess Start(string folder, ReadOnlySpan<string> command)
    {
        var start = new ProcessStartInfo(command[0])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in command[1..])
        {
            start.ArgumentList.Add(argument);
        }

        // Nothing of the test's surroundings may change what it says or does.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || name == "DOTNET_ENVIRONMENT").ToArray())
        {
            start.Environment.Remove(name);
        }

        return new GatewayProcess(Process.Start(start)!);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        var (code, output, errors) = await process.EndAsync();
        return (code, output, errors);
    }

    /// <summary>The next line of standard output for which this is true.</summary>
    public async Task<string> ReadLineAsync(Func<string, bool> condition)
    {
        while (await _lines.Reader.WaitToReadAsync(Patience.Token()))
        {
            while (_lines.Reader.TryRead(out var line))
            {
                _seen.Add(line);
                if (condition(line))
                {
                    return line;
                }
            }
        }

        throw new EndOfStreamException($"It ended: {string.Join('\n', _seen)}\n{await _errors}");
    }

    /// <summary>Waits until it serves clients; returns their address.</summary>
    public async Task<string> ReadAddressAsync()
    {
        const string Active = "INFO  wsPrism gateway active at ";
        return (await ReadLineAsync(line => line.StartsWith(Active, StringComparison.Ordinal)))[Active.Length..];
    }

    /// <summary>The address of the TCP transport, which is said after the other.</summary>
    public async Task<string> ReadTcpAddressAsync()
    {
        const string Active = "INFO  TCP transport active at tcp://";
        return (await ReadLineAsync(line => line.StartsWith(Active, StringComparison.Ordinal)))[Active.Length..];
    }

    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    /// <summary>Waits for its end.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> EndAsync()
    {
        await _process.WaitForExitAsync(Patience.Token());
        await foreach (var line in _lines.Reader.ReadAllAsync(Patience.Token()))
        {
            _seen.Add(line);
        }

        return (_process.ExitCode, string.Concat(_seen.Select(line => line + "\n")), await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    // Beside this assembly's folder stands the program's own, of the same configuration.
    private static string FindProgram()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        string[] places = [Path.Combine(here.FullName, "../../WsPrism.Gateway", here.Name, "wsprism.dll"), Path.Combine(here.FullName, "wsprism.dll")];
        return Path.GetFullPath(Array.Find(places, place => File.Exists(place) && File.Exists(Path.ChangeExtension(place, "runtimeconfig.json")))
            ?? throw new FileNotFoundException($"The program is not built: {string.Join(", ", places)}"));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private async Task PumpAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _lines.Writer.TryWrite(line);
        }

        _lines.Writer.Complete();
    }
}
