using WsPrism.Core.Configuration;
using WsPrism.Core.Sessions;
using WsPrism.Core.Tickets;
using WsPrism.Testing;

namespace WsPrism.Core.Tests.Tickets;

public sealed class ClaimTests
{
    private const long NowMs = 1_760_000_000_000;
    private const string Exp = "\"exp\":1760000060";

    [Fact]
    public void What_a_ticket_says_is_who_one_is()
    {
        var identity = Identify(
            $$"""{"sub":"alice","iat":1759999999,"nbf":1760000000,{{Exp}},"jti":"t-1","roles":["publisher"],"rooms":["a","match:*"],"iss":"x","aud":["y"],"z":{ } }""");

        Assert.Equal("alice", identity.User);
        Assert.Equal(1_760_000_060_000, identity.ExpiresAtMs);
        Assert.Equal("t-1", identity.TicketId);
        Assert.Equal(["publisher"], identity.Roles);
        Assert.True(identity.Rooms!.Contains("a") && identity.Rooms.Contains("match:") && identity.Rooms.Contains("match:7"));
        Assert.False(identity.Rooms.Contains("ab") || identity.Rooms.Contains("match") || identity.Rooms.Contains(""));
    }

    [Fact]
    public void Little_is_enough()
    {
        var identity = Identify($$"""{"sub":"a",{{Exp}}}""");

        Assert.Equal(("a", (string?)null, 0, (TicketRooms?)null), (identity.User, identity.TicketId, identity.Roles.Count, identity.Rooms));
    }

    [Theory]
    [InlineData("1760000000.001", true)]
    [InlineData("1760000001", true)]
    [InlineData("1.760000001e9", true)]
    [InlineData("253402300799", true)]
    [InlineData("1760000000", false)]
    [InlineData("1759999999", false)]
    [InlineData("0", false)]
    [InlineData("-0", false)]
    public void A_ticket_is_good_before_its_exp_and_not_from_then_on(string exp, bool isGood) =>
        Assert.Equal(isGood ? TicketFailure.None : TicketFailure.Expired, Ask($$"""{"sub":"a","exp":{{exp}}}"""));

    [Theory]
    [InlineData("\"1760000060\"")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[1760000060]")]
    [InlineData("{}")]
    [InlineData("-1")]
    [InlineData("253402300800")]
    [InlineData("1e300")]
    [InlineData("1e999")]
    [InlineData("99999999999999999999999999999999999999999999")]
    public void A_time_is_a_number_of_seconds(string time)
    {
        Assert.Equal(TicketFailure.Claims, Ask($$"""{"sub":"a","exp":{{time}}}"""));
        Assert.Equal(TicketFailure.Claims, Ask($$"""{"sub":"a",{{Exp}},"nbf":{{time}}}"""));
        Assert.Equal(TicketFailure.Claims, Ask($$"""{"sub":"a",{{Exp}},"iat":{{time}}}"""));
    }

    [Fact]
    public void A_ticket_without_an_end_is_refused() => Assert.Equal(TicketFailure.Claims, Ask("""{"sub":"a"}"""));

    [Theory]
    [InlineData("1760000000", true)]
    [InlineData("1760000001", false)]
    [InlineData("253402300799", false)]
    public void A_ticket_is_good_from_its_nbf_on(string nbf, bool isGood) =>
        Assert.Equal(isGood ? TicketFailure.None : TicketFailure.NotYetValid, Ask($$"""{"sub":"a",{{Exp}},"nbf":{{nbf}}}"""));

    [Fact]
    public void The_skew_is_given_at_both_ends()
    {
        var config = TicketMint.Config with { ClockSkewMs = 10_000 };

        Assert.Equal(TicketFailure.None, Ask("""{"sub":"a","exp":1759999991}""", config));
        Assert.Equal(TicketFailure.Expired, Ask("""{"sub":"a","exp":1759999990}""", config));
        Assert.Equal(TicketFailure.None, Ask($$"""{"sub":"a",{{Exp}},"nbf":1760000010}""", config));
        Assert.Equal(TicketFailure.NotYetValid, Ask($$"""{"sub":"a",{{Exp}},"nbf":1760000011}""", config));
    }

    [Theory]
    [InlineData("\"sub\":\"\"")]
    [InlineData("\"sub\":7")]
    [InlineData("\"sub\":null")]
    [InlineData("\"sub\":[\"a\"]")]
    [InlineData("\"sub\":\"a\\u0000\"")]
    [InlineData("\"sub\":\"a\\n\"")]
    [InlineData("\"sub\":\"a\\u0085\"")]
    [InlineData("\"sub\":\"\\ud800\"")]
    [InlineData("\"Sub\":\"a\"")]
    [InlineData("\"sub\":\"a\",\"jti\":7")]
    [InlineData("\"sub\":\"a\",\"jti\":\"\"")]
    [InlineData("\"sub\":\"a\",\"roles\":\"publisher\"")]
    [InlineData("\"sub\":\"a\",\"roles\":[7]")]
    [InlineData("\"sub\":\"a\",\"roles\":[\"\"]")]
    [InlineData("\"sub\":\"a\",\"roles\":[[\"x\"]]")]
    [InlineData("\"sub\":\"a\",\"rooms\":\"lobby\"")]
    [InlineData("\"sub\":\"a\",\"rooms\":{}")]
    [InlineData("\"sub\":\"a\",\"rooms\":[null]")]
    [InlineData("\"sub\":\"a\",\"rooms\":[\"a*b\"]")]
    [InlineData("\"sub\":\"a\",\"rooms\":[\"a**\"]")]
    [InlineData("\"sub\":\"a\",\"iss\":7")]
    [InlineData("\"sub\":\"a\",\"aud\":7")]
    [InlineData("\"sub\":\"a\",\"aud\":{\"y\":1}")]
    [InlineData("\"sub\":\"a\",\"aud\":[\"y\",7]")]
    public void A_claim_of_the_wrong_kind_is_refused(string claims) => Assert.Equal(TicketFailure.Claims, Ask($$"""{{{claims}},{{Exp}}}"""));

    [Theory]
    [InlineData("\"sub\":\"a\",\"sub\":\"b\"")]
    [InlineData("\"sub\":\"a\",\"su\\u0062\":\"b\"")]
    [InlineData("\"sub\":\"a\",\"exp\":4102444800")]
    [InlineData("\"sub\":\"a\",")]
    [InlineData("\"sub\"")]
    public void A_payload_is_one_strict_object(string claims) => Assert.Equal(TicketFailure.Malformed, Ask($$"""{{{claims}},{{Exp}}}"""));

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void A_user_has_128_bytes_at_most(int length, bool isGood)
    {
        var expected = isGood ? TicketFailure.None : TicketFailure.Claims;

        Assert.Equal(expected, Ask($$"""{"sub":"{{new string('a', length)}}",{{Exp}}}"""));
        Assert.Equal(expected, Ask($$"""{"sub":"{{new string('ä', length / 2)}}{{(length % 2 == 0 ? "" : "a")}}",{{Exp}}}"""));
    }

    [Theory]
    [InlineData("\"iss\":\"https://login\"", (int)TicketFailure.None)]
    [InlineData("\"iss\":\"https://login/\"", (int)TicketFailure.Issuer)]
    [InlineData("\"iss\":\"HTTPS://LOGIN\"", (int)TicketFailure.Issuer)]
    [InlineData("\"iss\":\"\"", (int)TicketFailure.Issuer)]
    [InlineData("\"x\":1", (int)TicketFailure.Issuer)]
    public void The_issuer_is_the_one_that_is_configured(string claim, int expected) =>
        Assert.Equal((TicketFailure)expected, Ask($$"""{"sub":"a",{{Exp}},{{claim}}}""", TicketMint.Config with { Issuer = "https://login" }));

    [Theory]
    [InlineData("\"aud\":\"game\"", (int)TicketFailure.None)]
    [InlineData("\"aud\":[\"shop\",\"game\"]", (int)TicketFailure.None)]
    [InlineData("\"aud\":\"games\"", (int)TicketFailure.Audience)]
    [InlineData("\"aud\":\"shop game\"", (int)TicketFailure.Audience)]
    [InlineData("\"aud\":[\"shop\"]", (int)TicketFailure.Audience)]
    [InlineData("\"aud\":[]", (int)TicketFailure.Audience)]
    [InlineData("\"x\":1", (int)TicketFailure.Audience)]
    public void The_audience_must_be_this_one(string claim, int expected) =>
        Assert.Equal((TicketFailure)expected, Ask($$"""{"sub":"a",{{Exp}},{{claim}}}""", TicketMint.Config with { Audience = "game" }));

    [Fact]
    public void Another_claim_may_name_the_user() =>
        Assert.Equal("7@example", Identify($$"""{"email":"7@example","sub":5,{{Exp}}}""", TicketMint.Config with { UserClaim = "email" }).User);

    [Fact]
    public void What_is_not_signed_is_not_read() =>
        Assert.Equal(TicketFailure.Signature, Ask("not even JSON", TicketMint.Config with { Keys = [TicketMint.Config.Keys[0] with { Secret = TicketMint.Secret + "!" }] }));

    [Fact]
    public void Fixed_tickets_come_first_and_do_not_end()
    {
        var authenticator = new TicketAuthenticator(new AuthConfig { DevTickets = new Dictionary<string, string> { ["dev"] = "alice" }, Jwt = TicketMint.Config });

        Assert.Null(Judge("dev").Identity!.ExpiresAtMs);
        Assert.NotNull(Judge(TicketMint.Hs256("""{"alg":"HS256"}""", $$"""{"sub":"a",{{Exp}}}""")).Identity!.ExpiresAtMs);
        Assert.Equal(TicketFailure.Malformed, Judge("dex").Failure);
        Assert.Equal(TicketFailure.Malformed, Judge(new string('d', 1_000_000)).Failure);
        Assert.True(new TicketAuthenticator(new AuthConfig()).TryAuthenticate("dev", NowMs, out var verdict));
        Assert.Equal(TicketFailure.Unknown, verdict.Failure);

        TicketVerdict Judge(string ticket)
        {
            Assert.True(authenticator.TryAuthenticate(ticket, NowMs, out var verdict));
            return verdict;
        }
    }

    [Theory]
    [InlineData("""{"rate_limit_rps":5,"rate_limit_burst":10,"max_rooms":2}""", TicketFailure.None)]
    [InlineData("{}", TicketFailure.None)]
    [InlineData("""{"max_rooms":2147483647}""", TicketFailure.None)]
    [InlineData("""{"max_rooms":2147483648}""", TicketFailure.Claims)]
    [InlineData("""{"max_rooms":0}""", TicketFailure.Claims)]
    [InlineData("""{"max_rooms":-1}""", TicketFailure.Claims)]
    [InlineData("""{"max_rooms":1.0}""", TicketFailure.Claims)]
    [InlineData("""{"max_rooms":"1"}""", TicketFailure.Claims)]
    [InlineData("""{"max_rooms":null}""", TicketFailure.Claims)]
    [InlineData("""{"max_room":1}""", TicketFailure.Claims)]
    [InlineData("""{"max_rooms":1,"max_rooms":1}""", TicketFailure.Claims)]
    [InlineData("[]", TicketFailure.Claims)]
    [InlineData("null", TicketFailure.Claims)]
    public void Limits_are_positive_numbers_of_known_names(string limits, object failure) =>
        Assert.Equal((TicketFailure)failure, Ask($$"""{"sub":"a",{{Exp}},"limits":{{limits}}}"""));

    [Fact]
    public void A_ticket_may_be_wanted_to_be_short()
    {
        var config = TicketMint.Config with { MaxTtlMs = 600_000, ClockSkewMs = 1_000 };
        var now = NowMs / 1_000;

        Assert.Equal(TicketFailure.None, Ask($$"""{"sub":"a","iat":{{now}},"exp":{{now + 600}}}""", config));
        Assert.Equal(TicketFailure.None, Ask($$"""{"sub":"a","iat":{{now + 1}},"exp":{{now + 600}}}""", config));
        Assert.Equal(TicketFailure.Lifetime, Ask($$"""{"sub":"a","iat":{{now}},"exp":{{now + 601}}}""", config));
        Assert.Equal(TicketFailure.Lifetime, Ask($$"""{"sub":"a","iat":{{now + 2}},"exp":{{now + 600}}}""", config));
        Assert.Equal(TicketFailure.Lifetime, Ask($$"""{"sub":"a","exp":{{now + 600}}}""", config));
    }

    private static Identity Identify(string payload, JwtConfig? config = null)
    {
        var (identity, failure) = new JwtTickets(config ?? TicketMint.Config).Authenticate(TicketMint.Hs256("""{"alg":"HS256"}""", payload), NowMs);
        Assert.True(identity is not null, $"{failure}");
        return identity;
    }

    private static TicketFailure Ask(string payload, JwtConfig? config = null)
    {
        var (identity, failure) = new JwtTickets(config ?? TicketMint.Config).Authenticate(TicketMint.Hs256("""{"alg":"HS256"}""", payload), NowMs);
        Assert.Equal(failure == TicketFailure.None, identity is not null);
        return failure;
    }
}
