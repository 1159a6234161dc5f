using WsPrism.Core.Configuration;

namespace WsPrism.Configuration.Description;

/// <summary>A plugin's file. What is in it is judged by who runs it.</summary>
internal sealed class PluginFileSpec() : ReadFileSpec<PluginFile>(MaxBytes)
{
    public const int MaxBytes = 64 * 1024 * 1024;

    public override string TableText => "path of a file of at most 64 MiB, relative to the configuration file";

    protected override string PathOf(PluginFile value) => value.Path;

    protected override PluginFile Create(string path, byte[] bytes) => new(path, bytes);
}
