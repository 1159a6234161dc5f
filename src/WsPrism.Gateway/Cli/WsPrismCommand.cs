using System.CommandLine;
using WsPrism.Gateway.Cli.New;
using WsPrism.Gateway.Cli.PluginTest;

namespace WsPrism.Gateway.Cli;

/// <summary>The command line: <c>new</c>, <c>start</c>, <c>validate</c>, <c>policy explain</c>, <c>plugin test</c>.</summary>
internal static class WsPrismCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand(
            """
            wsPrism, a realtime gateway: it holds your clients' sockets, checks what they send and fans messages out, so that your backend need not.

            New here? `wsprism start` in an empty folder runs a demonstration, with a page to try it. `wsprism new hello` writes a first application.

            Examples:
              wsprism start                                run ./wsprism.yaml, or the demonstration where there is none
              wsprism new hello                            write a starter: configuration, backend and page, in the folder hello
              wsprism validate --config wsprism.yaml       check a configuration without starting
              wsprism policy explain --config wsprism.yaml --tenant acme --message '{"svc":"chat","type":"send"}'
              wsprism plugin test hello.lua --message '{"type":"greet"}'
            """)
        {
            StartCommand.Create(),
            NewCommand.Create(),
            ValidateCommand.Create(),
            new Command("policy", "Ask a tenant's policy questions.") { PolicyExplainCommand.Create() },
            new Command("plugin", "Work on plugins.") { PluginTestCommand.Create() },
        };

        var result = root.Parse(args);
        if (result.Errors.Count > 0)
        {
            foreach (var error in result.Errors)
            {
                await Console.Error.WriteLineAsync($"wsprism: {error.Message}");
            }

            await Console.Error.WriteLineAsync("Try 'wsprism --help', or '--help' after a command.");
            return ExitCode.BadUsage;
        }

        // Signals are the gateway's own affair: they drain it.
        return await result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }
}
