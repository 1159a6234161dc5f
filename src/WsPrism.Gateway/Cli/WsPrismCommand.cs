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

            New here? Begin with one of these:
              wsprism start                    in an empty folder: a demonstration, with a page to try it
              wsprism new hello                a first application of yours: configuration, backend and page, in the folder hello

            Then:
              wsprism validate                 check ./wsprism.yaml without starting
              wsprism start                    run it
              wsprism policy explain --tenant acme --message '{"svc":"chat","type":"send"}'
              wsprism plugin test hello.lua --message '{"type":"greet"}'
            """)
        {
            NewCommand.Create(),
            StartCommand.Create(),
            ValidateCommand.Create(),
            new Command("policy", "Ask what a tenant's policy decides: policy explain.") { PolicyExplainCommand.Create() },
            new Command("plugin", "Work on plugins: plugin test.") { PluginTestCommand.Create() },
        };

        DetailedCommand.ShowDetails(root);
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
