;; Calls the host's functions before there is a message.
(module
  (import "wsprism" "publish" (func $publish (param i32 i32) (result i32)))
  (import "wsprism" "log" (func $log (param i32 i32 i32)))
  (import "wsprism" "now_ms" (func $now (result i64)))
  (memory (export "memory") 1)
  (global $published (mut i32) (i32.const 7))
  (data (i32.const 8) "{\"reply\":1}")
  (func (export "alloc") (param i32) (result i32) i32.const 64)
  (func (export "on_message") (param i32 i32) (result i64)
    (if (result i64) (i32.eq (global.get $published) (i32.const -1)) (then (i64.const 0x80000000b)) (else (i64.const 0))))
  (func $start
    (global.set $published (call $publish (i32.const 0) (i32.const 8)))
    (call $log (i32.const 1) (i32.const 0) (i32.const 8))
    (drop (call $now)))
  (start $start))
