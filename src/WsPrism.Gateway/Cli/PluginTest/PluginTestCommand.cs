using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using WsPrism.Core.Configuration;
using WsPrism.Gateway.Hosting;
using WsPrism.Gateway.Logging;

namespace WsPrism.Gateway.Cli.PluginTest;

/// <summary><c>wsprism plugin test</c>: a plugin in the gateway, with a client and without a configuration.</summary>
internal static partial class PluginTestCommand
{
    private const string DefaultRoom = "test";
    private const string DefaultUser = "user:test";
    private const string DefaultName = "plugin";

    private static readonly string[] BuiltIn = ["sys", "room", "chat", "game", "party", "market", TrialEcho.ServiceName];

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The plugin: a script (.lua), a WebAssembly module (.wasm) or an assembly (.dll)." };
        var message = new Option<string[]>("--message", "-m") { Description = "An envelope without svc, for example '{\"type\":\"greet\"}'. May be given several times.", HelpName = "JSON" };
        var hot = new Option<string[]>("--hot") { Description = "A Hot frame in hexadecimal, for example 05010042: svc_id 5 (which the plugin gets), opcode 1, no flags, payload 42. After the messages; may be given several times.", HelpName = "HEX" };
        var room = new Option<string>("--room") { Description = "The room that the sender is in.", HelpName = "NAME", DefaultValueFactory = _ => DefaultRoom };
        var user = new Option<string>("--user") { Description = "The user who sends.", HelpName = "NAME", DefaultValueFactory = _ => DefaultUser };
        var name = new Option<string>("--name") { Description = "What the plugin is called: its svc.", HelpName = "SVC", DefaultValueFactory = _ => DefaultName };
        var type = new Option<string?>("--class") { Description = "The class of an assembly that has several services.", HelpName = "NAME" };
        var setting = new Option<string[]>("--setting") { Description = "A setting of an assembly, name=value. May be given several times.", HelpName = "K=V" };
        var filter = new Option<bool>("--filter") { Description = "Try a module as a filter, in front of a service that answers with what it gets." };
        var wait = new Option<int>("--wait") { Description = "Go on listening for so many milliseconds when all was sent, 60000 at most.", HelpName = "MS" };
        var command = new DetailedCommand(
            "test",
            "Try a plugin without a client and without a configuration.",
            """
            Example:
              wsprism plugin test guess.lua -m '{"type":"start","data":{"number":42}}' -m '{"type":"guess","data":{"n":5}}'

            The gateway runs it, a client joins a room and sends your messages, and each line of the output is one thing
            that came of it, for the sender or, as another member (user:observer) sees it, for the room. What the plugin logs goes to standard error. Without messages the plugin is
            only loaded. Exit codes: 0 all messages were accepted, 1 one was refused or the plugin could not be loaded, 2 wrong usage.
            """)
        {
            file, message, hot, room, user, name, type, setting, filter, wait,
        };
        command.Validators.Add(result =>
        {
            try
            {
                if (ProblemOf(Read(result), result.GetValue(setting) ?? [], result.GetValue(wait)) is { } problem)
                {
                    result.AddError(problem);
                }
            }
            catch (InvalidOperationException)
            {
                // An option without its value, or with one that cannot be read: the parser says so itself.
            }
        });
        command.SetAction(async (result, _) => await RunAsync(Read(result.CommandResult)));
        return command;

        // While options are looked at, those that are not given have no default yet.
        TrialOptions Read(CommandResult result) => new()
        {
            File = result.GetValue(file) ?? string.Empty,
            Messages = result.GetValue(message) ?? [],
            HotFrames = result.GetValue(hot) ?? [],
            Room = result.GetValue(room) ?? DefaultRoom,
            User = result.GetValue(user) ?? DefaultUser,
            Name = result.GetValue(name) ?? DefaultName,
            Class = result.GetValue(type),
            Settings = (result.GetValue(setting) ?? []).Select(text => text.Split('=', 2)).Where(pair => pair.Length == 2)
                .GroupBy(pair => pair[0]).ToDictionary(group => group.Key, group => group.Last()[1]),
            IsFilter = result.GetValue(filter),
            Wait = TimeSpan.FromMilliseconds(result.GetValue(wait)),
        };
    }

    private static string? ProblemOf(TrialOptions options, string[] settings, int waitMs) =>
        options.Kind is null ? $"FILE ends in .lua, .wasm or .dll, got '{options.File}'"
        : !ServiceName().IsMatch(options.Name) || BuiltIn.Contains(options.Name) ? $"--name wants a name ([a-z][a-z0-9_.-]{{0,63}}) that is not a built-in service's, got '{options.Name}'"
        : options.Messages.Select(message => ProblemOf(message, options.IsFilter)).FirstOrDefault(problem => problem is not null) is { } wrong ? wrong
        : options.HotFrames.FirstOrDefault(frame => !HotFrame().IsMatch(frame)) is { } frame ? $"--hot wants at least three bytes in hexadecimal (svc_id, opcode, flags, payload), got '{frame}'"
        : settings.FirstOrDefault(text => !Setting().IsMatch(text)) is { } setting ? $"--setting wants name=value, got '{setting}'"
        : waitMs is < 0 or > 60_000 ? $"--wait wants 0 to 60000 milliseconds, got {waitMs}"
        : options.Kind != "native" && (options.HotFrames.Count > 0 || options.Settings.Count > 0 || options.Class is not null) ? "--hot, --setting and --class are for assemblies (.dll)"
        : options.IsFilter && options.Kind != "wasm" ? "--filter is for modules (.wasm)"
        : Encoding.UTF8.GetByteCount(options.Room) is < 1 or > 128 || options.Room.Any(char.IsControl) ? "--room wants a name of 1 to 128 bytes"
        : options.User.Length == 0 ? "--user wants a name"
        : null;

    private static string? ProblemOf(string text, bool mayNameService)
    {
        try
        {
            var message = JsonSerializer.Deserialize<JsonElement>(text);
            var problem = message.ValueKind != JsonValueKind.Object ? "it is no object"
                : !message.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String ? "it has no type that is a string"
                : message.TryGetProperty("id", out var id) && id.ValueKind is not (JsonValueKind.String or JsonValueKind.Number) ? "its id is no string and no number"
                : !mayNameService && message.TryGetProperty("svc", out _) ? "it has a svc, which is the plugin's (--name)"
                : null;
            return problem is null ? null : $"--message wants an envelope such as {{\"type\":\"greet\",\"data\":1}}, got '{text}': {problem}";
        }
        catch (JsonException exception)
        {
            return $"--message wants JSON, got '{text}': byte {exception.BytePositionInLine + 1} of line {exception.LineNumber + 1} is wrong, or the end is missing (in a shell, put it between single quotes)";
        }
    }

    private static async Task<int> RunAsync(TrialOptions options)
    {
        var loaded = TrialConfig.Load(options);
        if (loaded.Config is null)
        {
            foreach (var error in loaded.Errors)
            {
                var isFile = error.Path.EndsWith(".file", StringComparison.Ordinal) || error.Path.EndsWith(".assembly", StringComparison.Ordinal);
                await Console.Error.WriteLineAsync($"wsprism: {(isFile ? "FILE " : "")}{error.Message}");
            }

            return ExitCode.Refused;
        }

        // What the plugin says, and what goes wrong; the gateway's own story is not asked for.
        var logging = new LoggingConfig { Level = "warn", Categories = new Dictionary<string, string> { ["WsPrism.Plugins"] = "debug" } };
        using var loggers = LoggerSetup.Create("console", new LogLevels(logging), toStandardError: true);
        try
        {
            await using var host = new GatewayHost(
                loaded.Config, isDemo: false, TimeProvider.System, loggers, services: options.IsFilter ? [new TrialEcho()] : []);
            await host.StartAsync();
            return await new PluginTrial(options, host, Console.Out, Console.Error).RunAsync() ? ExitCode.Ok : ExitCode.Refused;
        }
        catch (PluginsException exception)
        {
            foreach (var problem in exception.Problems)
            {
                await Console.Error.WriteLineAsync($"wsprism: {problem.Message}");
            }

            return ExitCode.Refused;
        }
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9_.-]{0,63}\z")]
    private static partial Regex ServiceName();

    [GeneratedRegex(@"\A(?:[0-9A-Fa-f]{2}){3,}\z")]
    private static partial Regex HotFrame();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}=", RegexOptions.Singleline)]
    private static partial Regex Setting();
}
