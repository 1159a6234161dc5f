using System.Text;
using WsPrism.Core.Configuration;

namespace WsPrism.Configuration.Description;

/// <summary>A file in PEM. A rule of the section judges what is in it.</summary>
internal sealed class PemFileSpec() : ReadFileSpec<PemFile>(64 * 1024)
{
    public override string TableText => "path of a PEM file of at most 64 KiB, relative to the configuration file";

    protected override string PathOf(PemFile value) => value.Path;

    // PEM is ASCII; what is not becomes a character that no PEM has.
    protected override PemFile Create(string path, byte[] bytes) => new(path, Encoding.ASCII.GetString(bytes));
}
