using System.CommandLine;
using System.Text.RegularExpressions;

namespace WsPrism.Gateway.Cli.New;

/// <summary><c>wsprism new</c>: writes a starter into a folder of its own.</summary>
internal static partial class NewCommand
{
    private const string NameRule = "1 to 64 characters of a-z, 0-9, _ and -, the first a letter or a digit";

    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = $"The folder to make, here; also the title of the page. {NameRule}." };
        var backend = new Option<string>("--backend", "-b")
        {
            Description = "What the backend is written in: node (backend.mjs, Node.js 20 or later) or dotnet (backend.cs, .NET 10). Both do the same, in one file without dependencies.",
            DefaultValueFactory = _ => StarterBackend.All[0].Name,
        };
        backend.AcceptOnlyFromAmong([.. StarterBackend.All.Select(one => one.Name)]);
        var tenant = new Option<string?>("--tenant", "-t") { Description = "The tenant's id in wsprism.yaml; NAME unless told otherwise.", HelpName = "ID" };
        var command = new DetailedCommand(
            "new",
            "Write a first application into a new folder: configuration, backend and page.",
            """
            Example, after which two browser windows at http://127.0.0.1:3000/ talk to each other:
              wsprism new hello
              cd hello
              wsprism start            in this terminal
              node backend.mjs         in another one, in the folder hello too

            It is a chat room that runs as it is, small enough to be read in one sitting, and to be changed into yours: wsprism.yaml for the gateway, a backend that logs users
            in and decides on what they say, a page with the client library, random secrets of its own, and a README that says what is what and what to change first.
            Nothing is downloaded, and nothing that is there is overwritten.
            Exit codes: 0 it is made, 1 it could not be written, 2 wrong usage, or the folder is not empty.
            """)
        { name, backend, tenant };
        command.Validators.Add(result =>
        {
            if (result.GetValue(name) is { } folder && !Name().IsMatch(folder))
                result.AddError($"NAME must be {NameRule}, got '{folder}'");
            if (result.GetValue(tenant) is { } id && !Name().IsMatch(id))
                result.AddError($"--tenant must be {NameRule}, got '{id}'");
        });
        command.SetAction(async (result, _) =>
        {
            var folder = result.GetValue(name)!;
            return await RunAsync(new Starter(folder, result.GetValue(tenant) ?? folder, StarterBackend.Of(result.GetValue(backend)!)));
        });
        return command;
    }

    private static async Task<int> RunAsync(Starter starter)
    {
        if (File.Exists(starter.Name) || (Directory.Exists(starter.Name) && Directory.EnumerateFileSystemEntries(starter.Name).Any()))
        {
            await Console.Error.WriteLineAsync($"wsprism: {starter.Name} is there already, and is not an empty folder. Take another name; nothing was changed.");
            return ExitCode.BadUsage;
        }

        try
        {
            foreach (var file in starter.Files())
                await file.WriteAsync(starter.Name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"wsprism: {starter.Name} could not be written: {exception.Message}");
            return ExitCode.CannotWrite;
        }

        await Console.Out.WriteAsync(NextSteps.Of(starter));
        return ExitCode.Ok;
    }

    // As a tenant's id in the configuration, so that one does for both.
    [GeneratedRegex(@"^[a-z0-9][a-z0-9_-]{0,63}\z")]
    private static partial Regex Name();
}
