using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WsPrism.Edge.Tests.Support;

/// <summary>A folder with a certificate for localhost and the intermediate that signed it, in the forms that gateway.tls takes.</summary>
internal sealed class Certificates : IDisposable
{
    public const string Password = "correct horse";

    private readonly string _folder = Directory.CreateTempSubdirectory("wsprism-edge-").FullName;

    public Certificates()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var rootRequest = new CertificateRequest("CN=Edge Root", rootKey, HashAlgorithmName.SHA256);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 1, true));
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var root = rootRequest.CreateSelfSigned(from, from.AddDays(30));
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var middleRequest = new CertificateRequest("CN=Edge Intermediate", middleKey, HashAlgorithmName.SHA256);
        middleRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var middle = middleRequest.Create(root, from, from.AddDays(25), [5, 6, 7, 8]);
        using var signer = middle.CopyWithPrivateKey(middleKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var signed = request.Create(signer, from, from.AddDays(20), [1, 2, 3, 4]);
        using var own = signed.CopyWithPrivateKey(key);
        File.WriteAllText(CertFile, own.ExportCertificatePem() + "\n" + middle.ExportCertificatePem() + "\n");
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllBytes(PfxFile, new X509Certificate2Collection { own, middle }.Export(X509ContentType.Pkcs12, Password)!);
        File.WriteAllText(Broken, "no certificate");
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(OtherKeyFile, other.ExportPkcs8PrivateKeyPem());
    }

    public string CertFile => Path.Combine(_folder, "cert.pem");

    public string KeyFile => Path.Combine(_folder, "key.pem");

    public string OtherKeyFile => Path.Combine(_folder, "other.pem");

    public string PfxFile => Path.Combine(_folder, "cert.pfx");

    public string Broken => Path.Combine(_folder, "broken.pem");

    public string Pem => $$"""tls: {cert_file: "{{CertFile}}", key_file: "{{KeyFile}}"}""";

    public string Pfx => $$"""tls: {pfx_file: "{{PfxFile}}", password: "{{Password}}"}""";

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
