using System.Security.Cryptography;
using System.Text;
using WsPrism.Backend.Tests.Support;
using WsPrism.Backend.Webhooks;

namespace WsPrism.Backend.Tests.Webhooks;

public sealed class WebhookSignerTests
{
    private const string Id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private const long Timestamp = 1_614_265_330;
    private const string OtherSecret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd";

    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"test": 2432232314}""");

    // The example of the Standard Webhooks specification and of its libraries.
    [Fact]
    public void The_specifications_example() => Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", new WebhookSigner(Hooked.Secret).Sign(Id, Timestamp, Body));

    [Fact]
    public void It_is_an_hmac_over_id_time_and_body()
    {
        var key = Convert.FromBase64String(OtherSecret["whsec_".Length..]);
        var expected = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{Id}.{Timestamp}.{{\"test\": 2432232314}}"));

        Assert.Equal("v1," + Convert.ToBase64String(expected), new WebhookSigner(OtherSecret).Sign(Id, Timestamp, Body));
    }

    [Fact]
    public void Two_secrets_make_two_signatures_the_new_one_first()
    {
        var both = new WebhookSigner(Hooked.Secret, OtherSecret).Sign(Id, Timestamp, Body);

        Assert.Equal($"{new WebhookSigner(Hooked.Secret).Sign(Id, Timestamp, Body)} {new WebhookSigner(OtherSecret).Sign(Id, Timestamp, Body)}", both);
    }
}
