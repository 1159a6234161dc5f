using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using WsPrism.Core.Configuration;

namespace WsPrism.Gateway.Hosting;

/// <summary>What a <c>tls</c> section names: the certificate with its private key, and those between it and its root.</summary>
/// <param name="Certificate">The server's own.</param>
/// <param name="Chain">What clients are sent beside it.</param>
internal sealed record ServerCertificate(X509Certificate2 Certificate, X509Certificate2Collection Chain) : IDisposable
{
    /// <summary>Null where TLS is not configured; <paramref name="key"/> is the section's.</summary>
    public static ServerCertificate? Load(TlsConfig? tls, string key)
    {
        if (tls is null)
        {
            return null;
        }

        try
        {
            return tls.PfxFile is { } pfx ? LoadPfx(pfx, tls.Password) : LoadPem(tls.CertFile!, tls.KeyFile!);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            var file = tls.PfxFile ?? $"{tls.CertFile} with {tls.KeyFile}";
            throw new CertificateException(key, $"cannot use {file}: {exception.Message}", exception);
        }
    }

    /// <summary>Why the certificate is of no use; null where it is, or where there is none.</summary>
    public static string? ProblemOf(TlsConfig? tls, string key)
    {
        try
        {
            Load(tls, key)?.Dispose();
            return null;
        }
        catch (CertificateException exception)
        {
            return exception.Message[(key.Length + 2)..];
        }
    }

    /// <summary>Puts TLS with this certificate in front of an endpoint.</summary>
    public void Secure(ListenOptions endpoint, Action<HttpsConnectionAdapterOptions> configure) => endpoint.UseHttps(https =>
    {
        https.ServerCertificate = Certificate;
        https.ServerCertificateChain = Chain;
        configure(https);
    });

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
        var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(file, password);
        var own = all.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? throw new CryptographicException("it holds no private key");
        all.Remove(own);
        return new ServerCertificate(own, all);
    }

    private static ServerCertificate LoadPem(string certFile, string keyFile)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certFile);
        if (chain.Count == 0)
        {
            throw new CryptographicException($"{certFile} holds no certificate in PEM form");
        }

        // The first is the server's own.
        chain[0].Dispose();
        chain.RemoveAt(0);
        return new ServerCertificate(X509Certificate2.CreateFromPemFile(certFile, keyFile), chain);
    }
}
