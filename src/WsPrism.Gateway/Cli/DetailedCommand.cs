using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace WsPrism.Gateway.Cli;

/// <summary>A command with more to tell, and examples: in its own help, after its options. In the list of all commands it has its summary alone.</summary>
internal sealed class DetailedCommand(string name, string summary, string details) : Command(name, summary)
{
    private string Details => details;

    /// <summary>Has <c>--help</c> show the details.</summary>
    public static void ShowDetails(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new Help((SynchronousCommandLineAction)help.Action!);
    }

    private sealed class Help(SynchronousCommandLineAction usual) : SynchronousCommandLineAction
    {
        // Who asks for help need not give what the command requires.
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = usual.Invoke(parseResult);
            if (parseResult.CommandResult.Command is DetailedCommand command)
                parseResult.InvocationConfiguration.Output.WriteLine(command.Details);
            return code;
        }
    }
}
