namespace WsPrism.Configuration.Tests;

/// <summary>Files that the cases of <c>errors.txt</c> name: keys in PEM, good and bad ones. Nobody has the private halves any more.</summary>
internal static class KeyFiles
{
    private const string Rsa = """
        -----BEGIN PUBLIC KEY-----
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA4/Oarwmew5MCPXEwq3fO
        juUBbHLmzxOJyKlFENmZn65Ey8hHDVXfndM75kO1kaNC11lJ5bioDuRfVJTKMIXi
        /ujSM1Uy069HJcMEh3UIvHZcLcXfqmD7wyJRCCCmPqHpJRfemm2mRi1skZne6JHe
        OZ4fGCbt2m3p01fq1Ir9uF2LNTYHU0eJCous0ZXkKgKH3553xzy3uoJYnWXZJnHW
        k3pSOcVt/Q82mU3Jt2DGXGNmMWpSxoNE8ucRZGC6Akzj5vxf4x8V48ok36h+/JAo
        5yuN8i/wHFXWdH74G8JZkGTEATs/uFY/U+8TriV2h3oAkIBrqqfW+YfNwZKcd2WS
        DQIDAQAB
        -----END PUBLIC KEY-----

        """;

    private const string Rsa1024 = """
        -----BEGIN PUBLIC KEY-----
        MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCrzTkdlcKDz+WrqA3MGFhvlDOU
        If+T1H8y5f4JS+dyAUt+Xs2TnP7neF1KBJpHRe2ecbVIV5ic/sjvxtWMQ0pCfZby
        BQjqaOjd03OXisKBcbQD0ZgQBW6XAwunbYHfJTDPF/Jgw0l2o/jTcFNNt94tce1O
        +NRwd8MT8JV1j5Rh+wIDAQAB
        -----END PUBLIC KEY-----

        """;

    private const string Ec = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEp8PfyGg8KQ0DNVL8OaTe41wexJCr
        SVgNX/LxPA0RiLMEKnzDCpLbLFELackBBf4qzbziol5Ghdr9GnfDex9msA==
        -----END PUBLIC KEY-----

        """;

    private const string Secp256k1 = """
        -----BEGIN PUBLIC KEY-----
        MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAE0LnEwRAnirJFypljFZqD2Bc4MSNHP+yD
        LEigP9cjGdo5wuJa0Bc5bHELjzbtU3MbTRcV7L4v/k1CD1m2Lsvd8A==
        -----END PUBLIC KEY-----

        """;

    private const string Private = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n";

    private const string Certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

    private const string Broken = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n";

    public static TestEnvironment WithKeys(this TestEnvironment environment) => environment
        .WithFile("rsa.pem", Rsa)
        .WithFile("rsa1024.pem", Rsa1024)
        .WithFile("ec.pem", Ec)
        .WithFile("secp256k1.pem", Secp256k1)
        .WithFile("private.pem", Private)
        .WithFile("certificate.pem", Certificate)
        .WithFile("broken.pem", Broken)
        .WithFile("large.pem", new string(' ', 65_537));
}
