using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WsPrism.Core.Configuration;

namespace WsPrism.Gateway.Hosting;

/// <summary>What <c>gateway.tls</c> names: the certificate with its private key, and those between it and its root.</summary>
/// <param name="Certificate">The server's own.</param>
/// <param name="Chain">What clients are sent beside it.</param>
internal sealed record ServerCertificate(X509Certificate2 Certificate, X509Certificate2Collection Chain) : IDisposable
{
    /// <summary>Null where TLS is not configured.</summary>
    public static ServerCertificate? Load(TlsConfig? tls) =>
        tls is null ? null : tls.PfxFile is { } pfx ? LoadPfx(pfx, tls.Password) : LoadPem(tls.CertFile!, tls.KeyFile!);

    public void Dispose()
    {
        Certificate.Dispose();
        foreach (var certificate in Chain)
        {
            certificate.Dispose();
        }
    }

    private static ServerCertificate LoadPfx(string file, string? password)
    {
        X509Certificate2Collection all;
        try
        {
            all = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, password);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new CertificateException(file, exception.Message, exception);
        }

        var own = all.FirstOrDefault(certificate => certificate.HasPrivateKey)
            ?? throw new CertificateException(file, "it holds no private key");
        all.Remove(own);
        return new ServerCertificate(own, all);
    }

    private static ServerCertificate LoadPem(string certFile, string keyFile)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certFile);
            if (chain.Count == 0)
            {
                throw new CertificateException(certFile, "it holds no certificate in PEM form");
            }

            // The first is the server's own.
            chain[0].Dispose();
            chain.RemoveAt(0);
            return new ServerCertificate(X509Certificate2.CreateFromPemFile(certFile, keyFile), chain);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{certFile} with {keyFile}", exception.Message, exception);
        }
    }
}
