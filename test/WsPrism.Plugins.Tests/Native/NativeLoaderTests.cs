using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;
using Microsoft.Extensions.Logging.Abstractions;
using WsPrism.Core.Configuration;
using WsPrism.Plugins.Native;
using WsPrism.Testing;

namespace WsPrism.Plugins.Tests.Native;

/// <summary>What is wrong with a plugin's file is said so that its author knows what to do.</summary>
public sealed class NativeLoaderTests
{
    private const string Prefix = BuiltPlugins.Namespace;

    [Fact]
    public void The_one_service_of_an_assembly_needs_no_class()
    {
        using var plugin = Load(new ExtServiceConfig { Name = "guess", Kind = ExtServiceKind.Native, Assembly = BuiltPlugins.Read(BuiltPlugins.Guess) });

        Assert.Equal("guess", plugin.Ext!.Name);
        Assert.Null(plugin.Hot);
    }

    [Fact]
    public void A_class_may_be_for_the_Hot_lane_alone_or_for_both()
    {
        using var relay = Load(BuiltPlugins.Service("Relay", "relay"));
        using var deeds = Load(BuiltPlugins.Service("Deeds"));

        Assert.Null(relay.Ext);
        Assert.Equal("relay", relay.Hot!.Name);
        Assert.Equal(("plugin", "plugin"), (deeds.Ext!.Name, deeds.Hot!.Name));
    }

    [Fact]
    public void Of_several_services_one_is_named() => Assert.Equal(
        $"WsPrism.TestPlugin.dll has several services: name one as class: {Prefix}.Deeds, {Prefix}.FailsAtOnce, {Prefix}.Relay, {Prefix}.Scores, {Prefix}.UsesYaml, {Prefix}.Versioned, {Prefix}.WantsText.",
        ProblemOf(BuiltPlugins.Service("Deeds") with { Class = null }));

    [Theory]
    [InlineData("Nowhere")]
    [InlineData("NoService")]
    [InlineData("Unfinished")]
    [InlineData("deeds")]
    public void A_class_that_is_no_service_is_told_with_those_that_are(string type) => Assert.StartsWith(
        $"WsPrism.TestPlugin.dll has no service of class \"{Prefix}.{type}\"; it has: {Prefix}.Deeds, ", ProblemOf(BuiltPlugins.Service(type)), StringComparison.Ordinal);

    [Fact]
    public void A_constructor_that_fails_is_told_with_what_it_said() => Assert.Equal(
        $"the constructor of {Prefix}.FailsAtOnce failed: FormatException: The input string 'high' was not in a correct format.",
        ProblemOf(BuiltPlugins.Service("FailsAtOnce", settings: ("level", "high"))));

    [Fact]
    public void A_constructor_that_wants_something_else_is_told() => Assert.Equal(
        $"{Prefix}.WantsText needs a public constructor, without parameters or with one of type IPluginHost.", ProblemOf(BuiltPlugins.Service("WantsText")));

    [Theory]
    [InlineData("")]
    [InlineData("not an assembly")]
    public void A_file_that_is_no_assembly_is_told(string content) => Assert.Equal(
        "WsPrism.TestPlugin.dll is not a .NET assembly that can be loaded here: name the .dll of a class library that is built for any CPU.",
        ProblemOf(With(System.Text.Encoding.UTF8.GetBytes(content))));

    [Fact]
    public void A_file_that_was_cut_off_anywhere_is_told()
    {
        var content = File.ReadAllBytes(BuiltPlugins.TestPlugin);
        for (var length = 64; length < content.Length; length += 509)
        {
            // Behind the end of the metadata nothing is missed when it is loaded.
            try
            {
                Load(With(content[..length])).Dispose();
            }
            catch (PluginException)
            {
            }
        }
    }

    [Fact]
    public void An_assembly_without_a_service_is_told()
    {
        var path = typeof(NativeLoaderTests).Assembly.Location;

        Assert.Equal(
            "WsPrism.Protocol.dll has no public class that implements IExtService or IHotService of WsPrism.Services.Abstractions.",
            ProblemOf(new ExtServiceConfig { Name = "plugin", Kind = ExtServiceKind.Native, Assembly = BuiltPlugins.Read(Path.Combine(Path.GetDirectoryName(path)!, "WsPrism.Protocol.dll")) }));
    }

    [Fact]
    public void What_is_built_for_a_newer_NET_is_told() => Assert.Equal(
        $"WsPrism.TestPlugin.dll is built for .NET {Environment.Version.Major + 1}.0, this gateway runs on .NET {Environment.Version.ToString(2)}: set TargetFramework to net{Environment.Version.ToString(2)}.",
        ProblemOf(With(WithReference("System.Runtime", (ushort)(Environment.Version.Major + 1)))));

    [Fact]
    public void What_is_built_against_a_newer_gateway_is_told() => Assert.Equal(
        "WsPrism.TestPlugin.dll is built against WsPrism.Services.Abstractions 9.1.0.0, this gateway has 0.1.0.0: build it against the gateway's version or an older one.",
        ProblemOf(With(WithReference("WsPrism.Services.Abstractions", 9))));

    [Fact]
    public void What_is_not_beside_it_is_told()
    {
        var folder = Directory.CreateTempSubdirectory("wsprism-");
        var path = Path.Combine(folder.FullName, "Alone.dll");
        File.Copy(BuiltPlugins.TestPlugin, path);

        var problem = ProblemOf(BuiltPlugins.Service("UsesYaml") with { Assembly = BuiltPlugins.Read(path) });
        folder.Delete(recursive: true);

        Assert.Equal("Alone.dll needs YamlDotNet 16.0.0.0, which is not beside it: copy all that `dotnet publish` puts out.", problem);
    }

    [Fact]
    public void Its_dependencies_are_its_own_and_what_it_talks_to_the_gateway_with_is_shared()
    {
        using var plugin = Load(BuiltPlugins.Service("UsesYaml", "shares"));

        var context = AssemblyLoadContext.All.Single(context => context.Name == "acme/shares");
        Assert.Equal(["WsPrism.TestPlugin", "YamlDotNet"], context.Assemblies.Select(assembly => assembly.GetName().Name).Order());
        Assert.All(context.Assemblies, assembly => Assert.Empty(assembly.Location));
    }

    private static ExtServiceConfig With(byte[] content) =>
        BuiltPlugins.Service("Versioned") with { Assembly = new PluginFile(BuiltPlugins.TestPlugin, content) };

    private static Plugin Load(ExtServiceConfig config) => new NativeKind(TimeProvider.System, NullLogger.Instance).Load("acme", config);

    private static string ProblemOf(ExtServiceConfig config) => Assert.Throws<PluginException>(() => Load(config)).Message;

    // The built file with another major version of one assembly that it refers to.
    private static byte[] WithReference(string name, ushort major)
    {
        var content = File.ReadAllBytes(BuiltPlugins.TestPlugin);
        using var file = new PEReader(ImmutableArray.Create(content));
        var metadata = file.GetMetadataReader();
        var handle = metadata.AssemblyReferences.Single(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name) == name);
        var row = file.PEHeaders.MetadataStartOffset + metadata.GetTableMetadataOffset(TableIndex.AssemblyRef)
            + ((MetadataTokens.GetRowNumber(handle) - 1) * metadata.GetTableRowSize(TableIndex.AssemblyRef));
        BinaryPrimitives.WriteUInt16LittleEndian(content.AsSpan(row), major);
        return content;
    }
}
