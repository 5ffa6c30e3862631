package admission

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/angelerator/tavana/internal/pgerror"
)

// room is a resource with so many places.
type room struct {
	mu   sync.Mutex
	free int
}

func (r *room) take(context.Context) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.free == 0 {
		return false, nil
	}
	r.free--
	return true, nil
}

// noting is take that calls note while the line is still its own: what a waiter does after Wait may come behind the next's.
func (r *room) noting(note func()) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		ok, err := r.take(ctx)
		if ok {
			note()
		}
		return ok, err
	}
}

func (r *room) give(q *Queue, n int) {
	r.mu.Lock()
	r.free += n
	r.mu.Unlock()
	q.Wake()
}

func TestFirstInFirstOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q Queue
		var r room
		var mu sync.Mutex
		var order []int
		var wg sync.WaitGroup
		const n = 10_000
		for i := range n {
			wg.Go(func() {
				note := func() {
					mu.Lock()
					order = append(order, i)
					mu.Unlock()
				}
				if err := q.Wait(t.Context(), time.Time{}, nil, r.noting(note), nil); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait() // in line before the next arrives
		}
		if q.Len() != n {
			t.Fatalf("%d wait", q.Len())
		}
		for range n {
			r.give(&q, 1)
			synctest.Wait()
		}
		wg.Wait()
		if !slices.IsSorted(order) || len(order) != n {
			t.Errorf("order %v", order)
		}
	})
}

func TestANewcomerDoesNotPassThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q Queue
		var r room
		got := make(chan string, 2)
		go func() { _ = q.Wait(t.Context(), time.Time{}, nil, r.noting(func() { got <- "first" }), nil) }()
		synctest.Wait()
		// There is room, but nobody has been told yet.
		r.mu.Lock()
		r.free = 2
		r.mu.Unlock()
		go func() { _ = q.Wait(t.Context(), time.Time{}, nil, r.noting(func() { got <- "second" }), nil) }()
		synctest.Wait()
		select {
		case who := <-got:
			t.Fatalf("%s got in before anyone was woken", who)
		default:
		}
		q.Wake()
		if a, b := <-got, <-got; a != "first" || b != "second" {
			t.Errorf("order %s, %s", a, b)
		}
	})
}

func TestALeaverMakesRoomForTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q Queue
		var r room
		ctx, cancel := context.WithCancelCause(t.Context())
		leaver, next := make(chan error, 1), make(chan error, 1)
		go func() { leaver <- q.Wait(ctx, time.Time{}, nil, r.take, nil) }()
		synctest.Wait()
		go func() { next <- q.Wait(t.Context(), time.Time{}, nil, r.take, nil) }()
		synctest.Wait()
		r.mu.Lock()
		r.free = 1 // no wake: the head leaving is enough
		r.mu.Unlock()
		reason := pgerror.New(pgerror.QueryCanceled, "enough")
		cancel(reason)
		if err := <-leaver; !errors.Is(err, reason) {
			t.Errorf("the leaver got %v", err)
		}
		if err := <-next; err != nil {
			t.Errorf("the next got %v", err)
		}
		if q.Len() != 0 {
			t.Errorf("%d still wait", q.Len())
		}
	})
}

func TestAFailedTryEndsOnlyItsOwnWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q Queue
		var r room
		broken := errors.New("broken")
		errs := make([]chan error, 2)
		tries := []func(context.Context) (bool, error){
			func(context.Context) (bool, error) {
				if q.Len() == 0 {
					return false, nil // at first there is just no room
				}
				return false, broken
			}, r.take,
		}
		for i, try := range tries {
			errs[i] = make(chan error, 1)
			go func() { errs[i] <- q.Wait(t.Context(), time.Time{}, nil, try, nil) }()
			synctest.Wait()
		}
		r.give(&q, 1)
		if err := <-errs[0]; !errors.Is(err, broken) {
			t.Errorf("first: %v", err)
		}
		if err := <-errs[1]; err != nil {
			t.Errorf("second: %v", err)
		}
	})
}

// Under a storm of arrivals, ends and cancels nothing is lost and nobody waits for ever.
func TestNothingIsLostInAStorm(t *testing.T) {
	var q Queue
	r := room{free: 3}
	var wg sync.WaitGroup
	for i := range 2000 {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			if i%7 == 0 {
				cancel()
			}
			defer cancel()
			if err := q.Wait(ctx, time.Time{}, nil, r.take, nil); err == nil {
				r.give(&q, 1)
			}
		})
	}
	wg.Wait()
	if r.free != 3 || q.Len() != 0 {
		t.Errorf("%d free, %d wait", r.free, q.Len())
	}
}

// A waiter hears how it stands when it has waited for a moment, and from time to time: how many are in front, and how long it
// will take at the pace at which others have got room.
func TestWaitersHearHowTheyStand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q Queue
		var r room
		var mu sync.Mutex
		heard, ended := map[int][]Standing{}, map[int]bool{}
		const n = 5
		for i := range n {
			go func() {
				_ = q.Wait(t.Context(), time.Time{}, nil, r.take, func(s *Standing) {
					mu.Lock()
					defer mu.Unlock()
					if s == nil {
						ended[i] = true
						return
					}
					heard[i] = append(heard[i], *s)
				})
			}()
			synctest.Wait()
		}
		if q.Expected() != 0 {
			t.Errorf("before anybody got room, a newcomer would wait %v", q.Expected())
		}
		time.Sleep(firstWord)
		synctest.Wait()
		for i := range n {
			if want := []Standing{{Place: i, Waited: firstWord}}; !slices.Equal(heard[i], want) {
				t.Errorf("%d has heard %v", i, heard[i])
			}
		}
		// Two of them get room, after 4 s each.
		for range 2 {
			time.Sleep(4*time.Second - firstWord/2)
			r.give(&q, 1)
			synctest.Wait()
		}
		if got := q.Expected(); got < 15*time.Second || got > 17*time.Second {
			t.Errorf("a newcomer would wait %v behind three", got)
		}
		time.Sleep(2*time.Second + firstWord) // 10 s after the first word, and about 2 s after the last one got room
		synctest.Wait()
		for i := 2; i < n; i++ {
			last := heard[i][len(heard[i])-1]
			want := max(time.Duration(i-1)*4*time.Second-2*time.Second, 4*time.Second)
			if len(heard[i]) != 2 || last.Place != i-2 || (last.Expected-want).Abs() > time.Second/2 {
				t.Errorf("%d has heard %v, want %v", i, heard[i], want)
			}
		}
		if len(heard[0]) != 1 || len(heard[1]) != 1 {
			t.Errorf("who has room has heard %v, %v", heard[0], heard[1])
		}
		if !ended[0] || !ended[1] || ended[2] {
			t.Errorf("who has heard that there is room: %v", ended)
		}
		r.give(&q, n)
		synctest.Wait()
	})
}

// Who does not listen, as a client that does not read, holds back nobody but itself.
func TestAWaiterThatDoesNotListenHoldsBackNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q Queue
		var r room
		listens := make(chan struct{})
		first, second := make(chan error, 1), make(chan error, 1)
		go func() { first <- q.Wait(t.Context(), time.Time{}, nil, r.take, func(*Standing) { <-listens }) }()
		synctest.Wait()
		go func() { second <- q.Wait(t.Context(), time.Time{}, nil, r.take, nil) }()
		time.Sleep(30 * time.Second)
		r.give(&q, 2)
		if err := <-second; err != nil {
			t.Error(err)
		}
		select {
		case <-first:
			t.Error("Wait returned before tell did")
		default:
		}
		close(listens)
		if err := <-first; err != nil || q.Len() != 0 {
			t.Errorf("%v, %d wait", err, q.Len())
		}
	})
}

// Who has waited until its deadline is told so then, whatever it has heard before, and the next in line takes its place.
func TestWaitsHaveDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q Queue
		var r room
		for _, limit := range []time.Duration{0, firstWord / 2, firstWord, laterWord, 25 * time.Second} {
			late, next := make(chan error, 1), make(chan error, 1)
			began := time.Now()
			heard := 0
			go func() {
				late <- q.Wait(t.Context(), began.Add(limit), nil, r.take, func(*Standing) { heard++ })
			}()
			synctest.Wait()
			go func() { next <- q.Wait(t.Context(), time.Time{}, nil, r.take, nil) }()
			err := <-late
			if took := time.Since(began); !errors.Is(err, ErrTooLong) || took != limit {
				t.Errorf("%v: after %v, %v", limit, took, err)
			}
			if want := map[time.Duration]int{laterWord: 1, 25 * time.Second: 3}[limit]; heard != want {
				t.Errorf("%v: heard %d words, want %d", limit, heard, want)
			}
			synctest.Wait()
			r.give(&q, 1)
			if err := <-next; err != nil || q.Len() != 0 {
				t.Errorf("the next got %v, and %d wait", err, q.Len())
			}
		}
	})
}

// together is many who come together, to a queue whose tries take until they are answered.
type together struct {
	mu           sync.Mutex
	trying, most int
	order        []int // of those who have got room
	answer       chan bool
	wg           sync.WaitGroup
}

func (m *together) come(t *testing.T, q *Queue, n int) {
	for i := range n {
		m.wg.Go(func() {
			err := q.Wait(t.Context(), time.Time{}, nil, func(context.Context) (bool, error) {
				m.mu.Lock()
				m.trying++
				m.most = max(m.most, m.trying)
				m.mu.Unlock()
				room := <-m.answer
				m.mu.Lock()
				defer m.mu.Unlock()
				m.trying--
				if room {
					m.order = append(m.order, i)
				}
				return room, nil
			}, nil)
			if err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
	}
}

// Of many that come together only so many try at once, and as many as long as there is room.
func TestFewTryAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q Queue
		m := together{answer: make(chan bool)}
		const n = 3 * mostTrying
		m.come(t, &q, n)
		for left := n; left > 0; left-- {
			synctest.Wait()
			// The head may try beside them.
			if want := min(left, mostTrying); m.trying < want || m.trying > want+1 {
				t.Fatalf("%d of %d try", m.trying, left)
			}
			m.answer <- true
		}
		m.wg.Wait()
		if m.most > mostTrying+1 || len(m.order) != n || q.trying != 0 || q.Len() != 0 {
			t.Errorf("%d tried at once, %d got room, %d still try, %d wait", m.most, len(m.order), q.trying, q.Len())
		}
	})
}

// When those who try at first are refused, all have room later in the order in which they came.
func TestThoseWhoComeTogetherKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q Queue
		m := together{answer: make(chan bool)}
		const n = 3 * mostTrying
		m.come(t, &q, n)
		for refused := 0; m.trying > 0; refused++ {
			if refused > mostTrying+1 {
				t.Fatal("others try after the first were refused")
			}
			m.answer <- false
			synctest.Wait()
		}
		if q.Len() != n || q.trying != 0 {
			t.Fatalf("%d wait, %d try", q.Len(), q.trying)
		}
		q.Wake()
		for range n { // one after the other: each is signalled by the one before
			synctest.Wait()
			if m.trying != 1 {
				t.Fatalf("%d try", m.trying)
			}
			m.answer <- true
		}
		m.wg.Wait()
		if !slices.IsSorted(m.order) || len(m.order) != n || q.Len() != 0 {
			t.Errorf("%d wait; order %v", q.Len(), m.order)
		}
	})
}

// One whose try takes long, as while its worker is made larger, keeps no newcomer from trying as long as nobody was refused.
func TestASlowTryKeepsNobodyFromTrying(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q Queue
		m := together{answer: make(chan bool)}
		m.come(t, &q, mostTrying+1)
		for range mostTrying {
			m.answer <- true
		}
		synctest.Wait()
		if m.trying != 1 || q.Len() != 1 {
			t.Fatalf("%d try, %d wait", m.trying, q.Len())
		}
		m.come(t, &q, 1)
		if m.trying != 2 {
			t.Error("a newcomer waits for it")
		}
		m.answer <- true
		m.answer <- true
		m.wg.Wait()
	})
}

// A Wake while newcomers try is not lost on those whose tries began before it.
func TestAWakeDuringTheFirstTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q Queue
		m := together{answer: make(chan bool)}
		m.come(t, &q, 3)
		q.Wake()
		for range 3 {
			m.answer <- false
		}
		for range 3 {
			m.answer <- true
		}
		m.wg.Wait()
		if q.Len() != 0 || q.trying != 0 {
			t.Errorf("%d wait, %d try", q.Len(), q.trying)
		}
	})
}

// Who gets room within a moment hears nothing.
func TestAShortWaitIsNotSpokenOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q Queue
		var r room
		go func() {
			time.Sleep(firstWord / 2)
			r.give(&q, 1)
		}()
		if err := q.Wait(t.Context(), time.Time{}, nil, r.take, func(s *Standing) { t.Errorf("told %v", s) }); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkWait(b *testing.B) {
	var q Queue
	r := room{free: 1 << 30}
	for b.Loop() {
		if err := q.Wait(b.Context(), time.Time{}, nil, r.take, nil); err != nil {
			b.Fatal(err)
		}
	}
}
