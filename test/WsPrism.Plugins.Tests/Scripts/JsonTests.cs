namespace WsPrism.Plugins.Tests.Scripts;

public sealed class JsonTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("-12")]
    [InlineData("9223372036854775807")]
    [InlineData("1.5")]
    [InlineData("\"héllo \\n\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[[],{},[null]]")]
    [InlineData("{\"a\":{\"b\":[1,2,3]}}")]
    public void What_came_goes_out_as_it_was(string json)
    {
        using var bed = new ScriptBed("function on_message(ctx, msg) ctx.reply(msg.data) end");

        Assert.Equal(json, bed.Ask(json));
    }

    [Theory]
    [InlineData("{}", "{}")]
    [InlineData("json.array()", "[]")]
    [InlineData("json.array({1})", "[1]")]
    [InlineData("{1, 2, null}", "[1,2,null]")]
    [InlineData("{a = 1}", "{\"a\":1}")]
    [InlineData("nil", "null")]
    [InlineData("2^53", "9007199254740992")]
    [InlineData("10 / 2", "5")]
    [InlineData("{json.is_array({}), json.is_array(json.array()), json.is_array({1}), json.is_array(1), json.is_array(json.decode('[]'))}", "[false,true,true,false,true]")]
    [InlineData("setmetatable({}, {__metatable = 'array'})", "{}")]
    [InlineData("json.encode({1, {}})", "\"[1,{}]\"")]
    [InlineData("json.decode('[1, {\"a\": null}]')", "[1,{\"a\":null}]")]
    [InlineData("json.decode('null') == null", "true")]
    [InlineData("type(null)", "\"userdata\"")]
    [InlineData("setmetatable({1}, {__index = function() return 2 end})", "[1]")]
    public void Values_become_JSON(string expression, string json) => Assert.Equal(json, ScriptBed.Evaluate(expression));

    [Theory]
    [InlineData("{1, 2, a = 3}", "a table with the keys 1 to n must not have other keys in JSON")]
    [InlineData("{[2] = 1, a = 1}", "the keys of a table for JSON must be 1 to n, or all strings")]
    [InlineData("{[1.5] = 1}", "the keys of a table for JSON must be 1 to n, or all strings")]
    [InlineData("print", "only tables, strings, numbers, booleans and null can be JSON")]
    [InlineData("1 / 0", "JSON has no number for infinity and for what is not a number")]
    [InlineData("0 / 0", "JSON has no number for infinity and for what is not a number")]
    [InlineData("'\\xff'", "a string is not UTF-8, which JSON is")]
    [InlineData("{['\\xff'] = 1}", "a string is not UTF-8, which JSON is")]
    [InlineData("(function() local t = {} t[1] = t return t end)()", "a table is too deep for JSON, or contains itself")]
    [InlineData("json.decode('[1,')", "the text is not JSON, or deeper than 64 levels")]
    [InlineData("json.decode('1 2')", "the text is not JSON, or deeper than 64 levels")]
    [InlineData("json.decode('')", "the text is not JSON, or deeper than 64 levels")]
    [InlineData("json.decode(1)", "json.decode: the text must be a string")]
    public void What_cannot_be_JSON_is_an_error(string expression, string problem) => Assert.Equal($"error: test.lua:1: {problem}", ScriptBed.Evaluate(expression));

    [Theory]
    [InlineData(31, true)]
    [InlineData(32, false)]
    public void Tables_are_so_deep_and_no_deeper(int levels, bool isGood)
    {
        var answer = ScriptBed.Do($"local t = {{}} for i = 2, {levels} do t = {{t}} end return t");

        Assert.Equal(isGood, !answer.StartsWith("error", StringComparison.Ordinal));
    }
}
