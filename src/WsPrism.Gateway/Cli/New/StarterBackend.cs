namespace WsPrism.Gateway.Cli.New;

/// <summary>A language that a starter's backend can be had in: <c>templates/starter</c> has a folder of that name.</summary>
/// <param name="Name">The word for it on the command line.</param>
/// <param name="File">The backend's file.</param>
/// <param name="Run">What starts it.</param>
/// <param name="Program">The program that has to be there for it.</param>
/// <param name="Source">Where to get that.</param>
internal sealed record StarterBackend(string Name, string File, string Run, string Program, string Source)
{
    // Node.js first: whoever writes the page has it, and it starts at once, where .NET compiles the file first.
    public static readonly StarterBackend[] All =
    [
        new("node", "backend.mjs", "node backend.mjs", "node", "https://nodejs.org"),
        new("dotnet", "backend.cs", "dotnet run backend.cs", "dotnet", "https://dotnet.microsoft.com/download"),
    ];

    public static StarterBackend Of(string name) => All.Single(one => one.Name == name);
}
